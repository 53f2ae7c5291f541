package io.halfspace.graph;

/**
 * Erasable segments as a method without hierarchy sees them: any may leave together with any, whether or not a network is
 * left. To measure what the check of validity is worth; {@link ErasableSegments#fault} judges the outcome.
 */
final class UncheckedSegments implements GroupSet {
    private static final Wording WORDING = new Wording("segments", "there are no more", "take another network");

    private final ErasableSegments segments;

    UncheckedSegments(ErasableSegments segments) {
        this.segments = segments;
    }

    @Override
    public TraceGraph graph() {
        return segments.graph();
    }

    @Override
    public int count() {
        return segments.count();
    }

    @Override
    public String name(int group) {
        return segments.name(group);
    }

    @Override
    public SliceTable trainable() {
        return segments.trainable();
    }

    @Override
    public int peers(int group) {
        return segments.peers(group);
    }

    @Override
    public double measure(int group) {
        return segments.measure(group);
    }

    @Override
    public long precedence(int group) {
        return segments.precedence(group);
    }

    @Override
    public Removal removal() {
        return new AnyRemoval();
    }

    @Override
    public Remainder without(boolean[] leaving) {
        return segments.without(leaving);
    }

    @Override
    public Wording wording() {
        return WORDING;
    }

    /** Refuses nothing; prices what an output is still reached from. */
    private final class AnyRemoval implements Removal {
        private final boolean[] leaving = new boolean[count()];

        @Override
        public boolean canRemove(int group) {
            return !leaving[group];
        }

        @Override
        public void remove(int group) {
            if (leaving[group]) {
                throw new IllegalArgumentException(
                        "Cannot remove segment '%s': it is gone already".formatted(name(group)));
            }
            leaving[group] = true;
        }

        @Override
        public NetworkCost cost() {
            return new Survivors(segments, leaving).cost();
        }

        @Override
        public boolean refusalsMayHaveEnded() {
            return false;
        }
    }
}
