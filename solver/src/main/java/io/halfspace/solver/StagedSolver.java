package io.halfspace.solver;

import io.halfspace.graph.GroupSet;
import io.halfspace.graph.SliceTable;
import java.util.Arrays;
import java.util.Objects;

/**
 * What the solvers have in common: a warm-up of the base optimiser's steps, whose last ones score the groups; then the
 * choice of the most redundant groups that meet the target; then steps in which each chosen group does what the solver
 * says until it is zero. All other positions, running statistics included, take the plain step throughout; those of zero
 * groups are not touched again.
 *
 * <p>Cost: one pass over both vectors; a chosen group is read a second time while it is in the cache.
 */
abstract sealed class StagedSolver implements Solver permits HalfSpaceSolver, Hesso {
    /** What {@link #drive} returns where no penalty was used. */
    static final double NO_PENALTY = -1;

    final Schedule schedule;
    final GroupSums sums;
    final GroupStep groupStep;

    private final GroupSet groups;
    private final Target target;
    private final Parts parts;
    private final Saliency saliency;
    /** Norm of each group when it was chosen. */
    private final double[] chosenNorm;
    /** Penalty of each group in the current step, times the learning rate; negative where none was used. */
    private final double[] mu;

    private ChosenGroups chosen;
    private PlainRuns plain;
    private int stepsTaken;

    StagedSolver(GroupSet groups, Target target, Schedule schedule, Parts parts) {
        this.groups = groups;
        this.target = Objects.requireNonNull(target, "target");
        this.schedule = Objects.requireNonNull(schedule, "schedule");
        this.parts = parts;
        target.check(groups);
        SliceTable table = groups.trainable();
        sums = new GroupSums(table);
        groupStep = new GroupStep(table);
        saliency = new Saliency(groups);
        mu = new double[groups.count()];
        chosenNorm = new double[groups.count()];
        chosen = new ChosenGroups(new boolean[groups.count()], new boolean[groups.count()]);
        plain = outsideAllGroups();
    }

    /** What a step between the choice and the last zero does. */
    abstract Phase pruningPhase(int step);

    /**
     * Moves one chosen group that is not zero yet, whose sums are taken. Different groups may be driven by different
     * threads at the same time.
     *
     * @return the penalty that was used, times the learning rate, or {@link #NO_PENALTY}
     */
    abstract double drive(int group, float[] x, float[] u, double learningRate);

    /**
     * Told of the groups that are to become zero, when they are chosen and when a state of later is restored.
     *
     * @param targeted by group, whether it is chosen; not to be modified
     * @param ranking every group once, most redundant first, as at the choice
     */
    void chosen(boolean[] targeted, int[] ranking) {}

    @Override
    public final StepReport step(float[] parameters, float[] update, double learningRate) {
        requireLength("parameters", parameters);
        requireLength("update", update);
        Phase phase = phase();
        int step = stepsTaken;
        if (phase == Phase.WARM_UP) {
            warmUp(parameters, update);
        } else {
            parts.run(part -> prune(part, parameters, update, learningRate));
        }
        stepsTaken = step + 1;
        StepReport report = report(step, phase, learningRate);
        if (stepsTaken == schedule.warmUpSteps()) {
            choose();
        }
        return report;
    }

    @Override
    public final int stepsTaken() {
        return stepsTaken;
    }

    @Override
    public final Phase phase() {
        if (stepsTaken < schedule.warmUpSteps()) {
            return Phase.WARM_UP;
        }
        return chosen.liveCount() == 0 ? Phase.FROZEN : pruningPhase(stepsTaken);
    }

    @Override
    public final boolean[] zeroGroups() {
        return chosen.zero().clone();
    }

    @Override
    public final int[] passedOver() {
        if (chosen.size() == 0) {
            return new int[0];
        }
        int[] ranking = saliency.ranking();
        int last = ranking.length - 1;
        while (!chosen.targeted()[ranking[last]]) {
            last--;
        }
        return Arrays.stream(ranking, 0, last)
                .filter(g -> !chosen.targeted()[g])
                .toArray();
    }

    @Override
    public final boolean finished() {
        return phase() == Phase.FROZEN;
    }

    @Override
    public final SolverState state() {
        return new SolverState(
                stepsTaken, saliency.values(), chosen.targeted().clone(), zeroGroups(), chosenNorm.clone());
    }

    @Override
    public final void restore(SolverState state) {
        if (state.zero().length != groups.count()) {
            throw new IllegalArgumentException("Cannot go on from a state of %d groups: the network has %d"
                    .formatted(state.zero().length, groups.count()));
        }
        stepsTaken = state.stepsTaken();
        saliency.restore(state.saliency());
        System.arraycopy(state.chosenNorm(), 0, chosenNorm, 0, chosenNorm.length);
        if (stepsTaken < schedule.warmUpSteps()) {
            chosen = new ChosenGroups(state.targeted().clone(), state.zero().clone());
            plain = outsideAllGroups();
        } else {
            pursue(state.targeted().clone(), state.zero().clone(), saliency.ranking());
        }
    }

    /** Norm of a group when it was chosen. */
    final double chosenNorm(int group) {
        return chosenNorm[group];
    }

    /**
     * Takes the next of the steps that bring a group linearly to exact zero. It takes no update: a group that regrows
     * each step carries its share of the output until the very last, and the network is not ready for its loss.
     *
     * @param stepsLeft how many steps it has left, this one included
     */
    final void shrink(int group, float[] x, float[] u, int stepsLeft) {
        if (stepsLeft <= 1 || sums.xx(group) == 0) {
            toZero(group, x);
        } else {
            groupStep.pulled(group, x, u, 1f / stepsLeft, 0f);
        }
    }

    /** Makes a group zero for good. */
    final void toZero(int group, float[] x) {
        groupStep.clear(group, x);
        chosen.becameZero(group);
    }

    private void warmUp(float[] x, float[] u) {
        boolean score = stepsTaken >= schedule.warmUpSteps() - schedule.saliencySteps();
        if (!score) {
            int length = x.length;
            parts.run(part -> GroupStep.plain(x, u, parts.begin(part, length), parts.begin(part + 1, length)));
            return;
        }
        parts.run(part -> {
            plainPart(part, x, u);
            int end = parts.begin(part + 1, groups.count());
            for (int g = parts.begin(part, groups.count()); g < end; g++) {
                sums.sum(g, x, u);
                groupStep.plain(g, x, u);
            }
        });
        saliency.observe(sums);
    }

    private void prune(int part, float[] x, float[] u, double learningRate) {
        plainPart(part, x, u);
        int end = parts.begin(part + 1, chosen.liveCount());
        for (int i = parts.begin(part, chosen.liveCount()); i < end; i++) {
            int group = chosen.live(i);
            sums.sum(group, x, u);
            if (stepsTaken == schedule.warmUpSteps()) {
                chosenNorm[group] = Math.sqrt(sums.xx(group));
            }
            mu[group] = drive(group, x, u, learningRate);
        }
    }

    private void plainPart(int part, float[] x, float[] u) {
        plain.step(x, u, parts.begin(part, x.length), parts.begin(part + 1, x.length));
    }

    private StepReport report(int step, Phase phase, double learningRate) {
        double least = Double.POSITIVE_INFINITY;
        double most = 0;
        double cosines = 0;
        int live = chosen.liveCount();
        for (int i = 0; i < live; i++) {
            int group = chosen.live(i);
            cosines += Penalty.cosine(sums.xx(group), sums.uu(group), sums.xu(group));
            if (mu[group] >= 0 && learningRate > 0) {
                least = Math.min(least, mu[group] / learningRate);
                most = Math.max(most, mu[group] / learningRate);
            }
        }
        int projections = chosen.dropZeros();
        return new StepReport(
                step,
                phase,
                chosen.zeroCount(),
                chosen.size(),
                projections,
                Double.isInfinite(least) ? 0 : least,
                most,
                live == 0 ? 0 : cosines / live);
    }

    private void choose() {
        int[] ranking = saliency.ranking();
        boolean[] targeted = target.choose(ranking, groups);
        pursue(targeted, new boolean[targeted.length], ranking);
    }

    private void pursue(boolean[] targeted, boolean[] zero, int[] ranking) {
        chosen = new ChosenGroups(targeted, zero);
        plain = PlainRuns.outside(groups, targeted, groups.graph().parameterLength());
        chosen(targeted, ranking);
    }

    private PlainRuns outsideAllGroups() {
        boolean[] all = new boolean[groups.count()];
        Arrays.fill(all, true);
        return PlainRuns.outside(groups, all, groups.graph().parameterLength());
    }

    private void requireLength(String what, float[] vector) {
        if (vector.length != groups.graph().parameterLength()) {
            throw new IllegalArgumentException("Cannot step: %s has %d values, the network has %d"
                    .formatted(what, vector.length, groups.graph().parameterLength()));
        }
    }
}
