package io.halfspace.solver;

import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * The ways in which a step goes over the vectors, so that each value comes from memory once where that can be: sums are
 * taken and steps applied while the values are in the cache. Only a group that does not fit there is read twice. Runs in
 * parts; allocates nothing.
 *
 * <p>Not thread-safe: one step at a time.
 */
final class StepPasses {
    /** Groups of more values are cut between threads, at the price of a second pass; smaller ones fit a second-level cache. */
    private static final int LARGE = 1 << 16;

    private final GroupLayout layout;
    private final GroupSums sums;
    private final GroupStep groupStep;
    private final Parts parts;
    /** Values of each group. */
    private final int[] size;
    /** By part. */
    private final Lanes[] lanes;

    private final IntConsumer plainPart = this::plainPart;
    private final IntConsumer singlesPart = this::singlesPart;
    private final IntConsumer scorePart = this::scorePart;
    private final IntConsumer largeSumsPart = this::largeSumsPart;
    private final IntConsumer prunePart = this::prunePart;
    private final IntConsumer largeStepPart = this::largeStepPart;

    private PlainRuns plain;
    /** Runs of large groups that are not zero yet: the first {@code largeCount}. */
    private int[] largeRuns;

    private int largeCount;
    private ChosenGroups chosen;

    /** Of the step being taken. */
    private float[] x;

    private float[] u;
    private boolean summing;
    private IntConsumer decision;

    StepPasses(GroupLayout layout, GroupSums sums, GroupStep groupStep, Parts parts) {
        this.layout = layout;
        this.sums = sums;
        this.groupStep = groupStep;
        this.parts = parts;
        lanes = new Lanes[parts.count()];
        Arrays.setAll(lanes, part -> Lanes.fastest());
        size = IntStream.range(0, layout.groups()).map(layout::size).toArray();
    }

    /** Told which groups the pruning steps to come are about; only read. */
    void pursue(ChosenGroups chosen) {
        this.chosen = chosen;
        plain = PlainRuns.outside(layout, chosen.targeted());
        IntRows runs = new IntRows(1);
        for (int r = 0; r < layout.runs(); r++) {
            int group = layout.group(r);
            if (chosen.targeted()[group] && isLarge(group)) {
                runs.add(r);
            }
        }
        largeRuns = runs.column(0);
        largeCount = largeRuns.length;
        forgetZeroLargeRuns();
    }

    /** {@code x - u} everywhere. Modifies {@code x}. */
    void plainStep(float[] x, float[] u) {
        begin(x, u);
        parts.run(plainPart);
    }

    /** {@code x - u} everywhere, and the sums of all groups before it. Modifies {@code x}. */
    void scoringStep(float[] x, float[] u) {
        begin(x, u);
        parts.run(singlesPart);
        parts.run(scorePart);
        for (int g = 0; parts.count() > 1 && g < layout.groups(); g++) {
            sums.gather(g);
        }
    }

    /**
     * {@code x - u} outside the groups that are pursued, and in these what is decided for each; zero ones stay as they are.
     * Modifies {@code x}.
     *
     * @param summing whether decisions need the sums of their groups
     * @param decision given a live group, whose sums are taken if asked for, decides its step; called once for each, for
     *     different groups by different threads
     */
    void pruningStep(float[] x, float[] u, boolean summing, IntConsumer decision) {
        begin(x, u);
        this.summing = summing;
        this.decision = decision;
        if (largeCount > 0 && summing) {
            parts.run(largeSumsPart);
        }
        parts.run(prunePart);
        if (largeCount > 0) {
            parts.run(largeStepPart);
            forgetZeroLargeRuns();
        }
    }

    private void begin(float[] x, float[] u) {
        this.x = x;
        this.u = u;
    }

    private void forgetZeroLargeRuns() {
        int kept = 0;
        for (int i = 0; i < largeCount; i++) {
            if (!chosen.isZero(layout.group(largeRuns[i]))) {
                largeRuns[kept++] = largeRuns[i];
            }
        }
        largeCount = kept;
    }

    private void plainPart(int part) {
        GroupStep.plain(x, u, parts.begin(part, layout.length()), parts.begin(part + 1, layout.length()));
    }

    private void singlesPart(int part) {
        int end = parts.begin(part + 1, layout.groups());
        for (int g = parts.begin(part, layout.groups()); g < end; g++) {
            sums.sumSingles(g, x, u);
        }
    }

    private void scorePart(int part) {
        int stepped = beginOfRun(part);
        int end = beginOfRun(part + 1);
        for (int r = layout.firstRunFrom(stepped); r < layout.runs() && layout.from(r) < end; r++) {
            if (stepped < layout.from(r)) {
                GroupStep.plain(x, u, stepped, layout.from(r));
            }
            if (parts.count() == 1) {
                sums.addRun(r, x, u, true, lanes[part]);
            } else {
                sums.sumRun(r, x, u, true, lanes[part]);
            }
            stepped = layout.to(r);
        }
        GroupStep.plain(x, u, stepped, end);
    }

    /** Where a part of the vector begins that cuts no run. */
    private int beginOfRun(int part) {
        if (part == 0) {
            return 0;
        }
        int run = layout.firstRunFrom(parts.begin(part, layout.length()));
        return run == layout.runs() ? layout.length() : layout.from(run);
    }

    private void largeSumsPart(int part) {
        int end = parts.begin(part + 1, largeCount);
        for (int i = parts.begin(part, largeCount); i < end; i++) {
            sums.sumRun(largeRuns[i], x, u, false, lanes[part]);
        }
    }

    private void prunePart(int part) {
        plain.step(x, u, parts.begin(part, layout.length()), parts.begin(part + 1, layout.length()));
        int singles = plain.singles().length;
        plain.stepSingles(x, u, parts.begin(part, singles), parts.begin(part + 1, singles));
        int end = parts.begin(part + 1, chosen.liveCount());
        for (int i = parts.begin(part, chosen.liveCount()); i < end; i++) {
            int group = chosen.live(i);
            if (summing) {
                sum(group, lanes[part]);
            }
            decision.accept(group);
            groupStep.applyToSingles(group, x, u);
            if (!isLarge(group)) {
                groupStep.applyToRuns(group, x, u, lanes[part]);
            }
        }
    }

    private void sum(int group, Lanes lanes) {
        sums.sumSingles(group, x, u);
        if (isLarge(group)) {
            sums.gather(group);
        } else {
            for (int i = layout.startOf(group); i < layout.startOf(group + 1); i++) {
                sums.addRun(layout.runOf(i), x, u, false, lanes);
            }
        }
    }

    private boolean isLarge(int group) {
        return size[group] > LARGE;
    }

    private void largeStepPart(int part) {
        int end = parts.begin(part + 1, largeCount);
        for (int i = parts.begin(part, largeCount); i < end; i++) {
            groupStep.applyToRun(largeRuns[i], x, u, lanes[part]);
        }
    }
}
