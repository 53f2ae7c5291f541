package io.halfspace.solver;

import io.halfspace.graph.GroupSet;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.IntConsumer;

/**
 * What the solvers have in common: a warm-up of the base optimiser's steps, whose last ones score the groups; then the
 * choice of the most redundant groups that meet the target; then steps in which each chosen group does what the solver
 * says until it is zero. All other positions, running statistics included, take the plain step throughout; those of zero
 * groups are not touched again.
 *
 * <p>Cost: one pass over both vectors, and a second one over chosen groups, which are in the cache unless they are large
 * ({@link StepPasses}); a step allocates its report and nothing else.
 */
abstract sealed class StagedSolver implements Solver permits HalfSpaceSolver, Hesso {
    /** What {@link #drive} returns where no penalty was used. */
    static final double NO_PENALTY = -1;

    final Schedule schedule;
    final GroupSums sums;
    final GroupStep groupStep;

    private final GroupSet groups;
    private final Target target;
    private final StepPasses passes;
    private final Saliency saliency;
    /** Norm of each group when it was chosen. */
    private final double[] chosenNorm;
    /** Penalty of each group in the current step, times the learning rate; negative where none was used. */
    private final double[] mu;

    private ChosenGroups chosen;
    private int stepsTaken;

    private final IntConsumer decision = this::decide;
    /** Of the step being taken. */
    private float[] parameters;

    private double learningRate;

    StagedSolver(GroupSet groups, Target target, Schedule schedule, Parts parts) {
        this.groups = groups;
        this.target = Objects.requireNonNull(target, "target");
        this.schedule = Objects.requireNonNull(schedule, "schedule");
        target.check(groups);
        GroupLayout layout = new GroupLayout(groups);
        sums = new GroupSums(layout);
        groupStep = new GroupStep(layout);
        passes = new StepPasses(layout, sums, groupStep, parts);
        saliency = new Saliency(groups);
        mu = new double[groups.count()];
        chosenNorm = new double[groups.count()];
        chosen = new ChosenGroups(new boolean[groups.count()], new boolean[groups.count()]);
    }

    /** What a step between the choice and the last zero does. */
    abstract Phase pruningPhase(int step);

    /** Whether {@link #drive} needs the sums of its group in the coming step; without them the step is cheaper. */
    abstract boolean drivesBySums();

    /**
     * Decides, by {@link #groupStep}, the step of one chosen group that is not zero yet. Different groups may be driven by
     * different threads at the same time.
     *
     * @return the penalty to be used, times the learning rate, or {@link #NO_PENALTY}
     */
    abstract double drive(int group, double learningRate);

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
        this.parameters = parameters;
        this.learningRate = learningRate;
        if (phase != Phase.WARM_UP) {
            boolean summed = drivesBySums() || step == schedule.warmUpSteps();
            passes.pruningStep(parameters, update, summed, decision);
        } else if (step < schedule.warmUpSteps() - schedule.saliencySteps()) {
            passes.plainStep(parameters, update);
        } else {
            passes.scoringStep(parameters, update);
            saliency.observe(sums);
        }
        stepsTaken = step + 1;
        StepReport report = report(step, phase);
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
    final void shrink(int group, int stepsLeft) {
        if (stepsLeft <= 1 || groups.trainable().isZero(group, parameters)) {
            toZero(group);
        } else {
            groupStep.shrunk(group, 1f / stepsLeft);
        }
    }

    /** Makes a group zero for good. */
    final void toZero(int group) {
        groupStep.cleared(group);
        chosen.becameZero(group);
    }

    private void decide(int group) {
        if (stepsTaken == schedule.warmUpSteps()) {
            chosenNorm[group] = Math.sqrt(sums.xx(group));
        }
        mu[group] = drive(group, learningRate);
    }

    private StepReport report(int step, Phase phase) {
        double least = Double.POSITIVE_INFINITY;
        double most = 0;
        double cosines = 0;
        double leastCosine = 1;
        double mostCosine = -1;
        int penalised = 0;
        for (int i = 0; i < chosen.liveCount(); i++) {
            int group = chosen.live(i);
            if (mu[group] >= 0) {
                double cosine = Penalty.cosine(sums.xx(group), sums.uu(group), sums.xu(group));
                cosines += cosine;
                leastCosine = Math.min(leastCosine, cosine);
                mostCosine = Math.max(mostCosine, cosine);
                least = Math.min(least, mu[group]);
                most = Math.max(most, mu[group]);
                penalised++;
            }
        }
        int projections = chosen.dropZeros();
        boolean lambdas = penalised > 0 && learningRate > 0;
        return new StepReport(
                step,
                phase,
                chosen.zeroCount(),
                chosen.size(),
                projections,
                lambdas ? least / learningRate : 0,
                lambdas ? most / learningRate : 0,
                penalised == 0 ? 0 : leastCosine,
                penalised == 0 ? 0 : cosines / penalised,
                penalised == 0 ? 0 : mostCosine);
    }

    private void choose() {
        int[] ranking = saliency.ranking();
        boolean[] targeted = target.choose(ranking, groups);
        pursue(targeted, new boolean[targeted.length], ranking);
    }

    private void pursue(boolean[] targeted, boolean[] zero, int[] ranking) {
        chosen = new ChosenGroups(targeted, zero);
        passes.pursue(chosen);
        chosen(targeted, ranking);
    }

    private void requireLength(String what, float[] vector) {
        if (vector.length != groups.graph().parameterLength()) {
            throw new IllegalArgumentException("Cannot step: %s has %d values, the network has %d"
                    .formatted(what, vector.length, groups.graph().parameterLength()));
        }
    }
}
