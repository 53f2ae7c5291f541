package io.halfspace.graph;

/**
 * A network with some of its erasable segments taken out, dead code and bypassed joints with them.
 *
 * <p>A segment in dead code may leave too: its values may be zero although that saves nothing more.
 *
 * <p>Every method but the last costs time linear in vertices and edges. Not thread-safe.
 */
final class SegmentRemoval implements Removal {
    private static final int NONE = -1;

    private final ErasableSegments segments;
    private final boolean[] leaving;
    private Survivors before;
    private int tried = NONE;
    private Survivors withoutTried;
    private NetworkCost cost;
    /** Whether more became unnecessary than the segment itself. */
    private boolean refusalsMayHaveEnded;

    SegmentRemoval(ErasableSegments segments) {
        this.segments = segments;
        leaving = new boolean[segments.count()];
        before = new Survivors(segments, leaving);
        cost = before.cost();
    }

    @Override
    public boolean canRemove(int group) {
        return !leaving[group] && without(group).fault().isEmpty();
    }

    @Override
    public void remove(int group) {
        if (leaving[group]) {
            throw new IllegalArgumentException(
                    "Cannot remove segment '%s': it is gone already".formatted(segments.name(group)));
        }
        Survivors survivors = without(group);
        survivors.fault().ifPresent(fault -> {
            throw new IllegalArgumentException("Cannot remove segment '%s': %s".formatted(segments.name(group), fault));
        });
        leaving[group] = true;
        tried = NONE;
        cost = survivors.cost();
        long own = segments.segment(group).vertices().stream()
                .filter(before::isNeeded)
                .count();
        refusalsMayHaveEnded = before.needed() - own > survivors.needed();
        before = survivors;
    }

    @Override
    public NetworkCost cost() {
        return cost;
    }

    @Override
    public boolean refusalsMayHaveEnded() {
        return refusalsMayHaveEnded;
    }

    private Survivors without(int group) {
        if (tried != group) {
            leaving[group] = true;
            withoutTried = new Survivors(segments, leaving);
            leaving[group] = false;
            tried = group;
        }
        return withoutTried;
    }
}
