package io.halfspace.solver;

import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.SliceTable;
import io.halfspace.graph.TraceGraph;
import java.util.Arrays;
import java.util.Objects;

/**
 * Dual half-space projected gradient: trains all parameters while it drives the chosen groups to exact zero.
 *
 * <p>Warm-up steps are the base optimiser's. After the last one the most redundant groups that meet the target are
 * chosen. From then on a chosen group x takes the step {@code x - u - mu x/|x|} with mu from {@link Penalty}; once
 * projection has begun it becomes zero if that step keeps less than epsilon of it. In the closing phase the groups left
 * shrink by (D - t - 1) / (D - t) and take no other step, which reaches exact zero in D steps. All other positions, running
 * statistics included, take the plain step throughout; those of zero groups are not touched again.
 *
 * <p>Source: OTOv2 (arXiv 2303.06862) Algorithm 2, OTOv3 (arXiv 2312.09411) section 3. Deviations: redundancy is smoothed
 * ({@link Saliency}), the penalty never falls below its bound ({@link Penalty}), and the closing phase (the shrinking of
 * HESSO, arXiv 2409.09085) makes the target exact at a known step; the paper leaves that to luck. Unlike in HESSO, groups
 * that shrink take no update: one that regrows each step carries its share of the output until the very last, and the
 * network is not ready for its loss. And lambda is at least what would bring the group from its norm when it was chosen
 * to zero by the end of the closing phase, because a fixed one is far too weak for large groups at small learning rates.
 *
 * <p>Cost: one pass over both vectors; a chosen group is read a second time while it is in the cache.
 */
public final class Dhspg implements Solver {
    private final TraceGraph graph;
    private final GroupPartition partition;
    private final Target target;
    private final DhspgSettings settings;
    private final Schedule schedule;
    private final Parts parts;

    private final GroupSums sums;
    private final GroupStep groupStep;
    private final Saliency saliency;
    /** Norm of each group when it was chosen. */
    private final double[] chosenNorm;
    /** Penalty of each group in the current step, times the learning rate; negative where none was used. */
    private final double[] mu;

    private ChosenGroups chosen;
    private PlainRuns plain;
    private int stepsTaken;

    /**
     * A solver before its first step.
     *
     * @throws UnreachableTargetException if the target cannot be met
     * @throws IllegalArgumentException if two groups share a position of the flat vector
     */
    public Dhspg(TraceGraph graph, GroupPartition partition, Target target, DhspgSettings settings, Schedule schedule) {
        this(graph, partition, target, settings, schedule, Parts.forLength(graph.parameterLength()));
    }

    Dhspg(
            TraceGraph graph,
            GroupPartition partition,
            Target target,
            DhspgSettings settings,
            Schedule schedule,
            Parts parts) {
        this.graph = graph;
        this.partition = partition;
        this.target = Objects.requireNonNull(target, "target");
        this.settings = Objects.requireNonNull(settings, "settings");
        this.schedule = Objects.requireNonNull(schedule, "schedule");
        this.parts = parts;
        target.check(graph, partition);
        SliceTable table = partition.trainable();
        sums = new GroupSums(table);
        groupStep = new GroupStep(table);
        saliency = new Saliency(partition);
        mu = new double[partition.count()];
        chosenNorm = new double[partition.count()];
        chosen = new ChosenGroups(new boolean[partition.count()], new boolean[partition.count()]);
        plain = outsideAllGroups();
    }

    @Override
    public StepReport step(float[] parameters, float[] update, double learningRate) {
        requireLength("parameters", parameters);
        requireLength("update", update);
        Phase phase = phase();
        int step = stepsTaken;
        if (phase == Phase.WARM_UP) {
            warmUp(parameters, update);
        } else {
            parts.run(part -> prune(part, phase, parameters, update, learningRate));
        }
        stepsTaken = step + 1;
        StepReport report = report(step, phase, learningRate);
        if (stepsTaken == schedule.warmUpSteps()) {
            choose();
        }
        return report;
    }

    @Override
    public int stepsTaken() {
        return stepsTaken;
    }

    @Override
    public Phase phase() {
        if (stepsTaken < schedule.warmUpSteps()) {
            return Phase.WARM_UP;
        }
        if (chosen.liveCount() == 0) {
            return Phase.FROZEN;
        }
        return stepsTaken < schedule.closingStart() ? Phase.PROJECTING : Phase.CLOSING;
    }

    @Override
    public boolean[] zeroGroups() {
        return chosen.zero().clone();
    }

    @Override
    public boolean finished() {
        return phase() == Phase.FROZEN;
    }

    @Override
    public SolverState state() {
        return new SolverState(
                stepsTaken, saliency.values(), chosen.targeted().clone(), zeroGroups(), chosenNorm.clone());
    }

    @Override
    public void restore(SolverState state) {
        if (state.zero().length != partition.count()) {
            throw new IllegalArgumentException("Cannot go on from a state of %d groups: the network has %d"
                    .formatted(state.zero().length, partition.count()));
        }
        stepsTaken = state.stepsTaken();
        saliency.restore(state.saliency());
        System.arraycopy(state.chosenNorm(), 0, chosenNorm, 0, chosenNorm.length);
        chosen = new ChosenGroups(state.targeted().clone(), state.zero().clone());
        plain = stepsTaken < schedule.warmUpSteps() ? outsideAllGroups() : outsideChosen();
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
            int end = parts.begin(part + 1, partition.count());
            for (int g = parts.begin(part, partition.count()); g < end; g++) {
                sums.sum(g, x, u);
                groupStep.plain(g, x, u);
            }
        });
        saliency.observe(sums);
    }

    private void prune(int part, Phase phase, float[] x, float[] u, double learningRate) {
        plainPart(part, x, u);
        int end = parts.begin(part + 1, chosen.liveCount());
        for (int i = parts.begin(part, chosen.liveCount()); i < end; i++) {
            int group = chosen.live(i);
            sums.sum(group, x, u);
            if (stepsTaken == schedule.warmUpSteps()) {
                chosenNorm[group] = Math.sqrt(sums.xx(group));
            }
            if (phase == Phase.PROJECTING) {
                project(group, x, u, leastMu(group, learningRate));
            } else {
                shrink(group, x, u);
            }
        }
    }

    private double leastMu(int group, double learningRate) {
        int steps = schedule.frozenAt() - schedule.warmUpSteps();
        return Math.max(learningRate * settings.lambda(), chosenNorm[group] / steps);
    }

    private void project(int group, float[] x, float[] u, double baseMu) {
        double xx = sums.xx(group);
        double xu = sums.xu(group);
        mu[group] = -1;
        if (xx == 0) {
            toZero(group, x);
            return;
        }
        mu[group] = Penalty.choose(xx, sums.uu(group), xu, baseMu, settings.amplify());
        if (stepsTaken >= schedule.projectionStart()
                && Penalty.leavesHalfSpace(xx, xu, mu[group], settings.epsilon())) {
            toZero(group, x);
        } else {
            groupStep.pulled(group, x, u, (float) (mu[group] / Math.sqrt(xx)), 1f);
        }
    }

    private void shrink(int group, float[] x, float[] u) {
        mu[group] = -1;
        int left = schedule.frozenAt() - stepsTaken;
        if (left <= 1 || sums.xx(group) == 0) {
            toZero(group, x);
        } else {
            groupStep.pulled(group, x, u, 1f / left, 0f);
        }
    }

    private void toZero(int group, float[] x) {
        groupStep.clear(group, x);
        chosen.becameZero(group);
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
        boolean[] targeted = target.choose(saliency.ranking(), graph, partition);
        chosen = new ChosenGroups(targeted, new boolean[targeted.length]);
        plain = outsideChosen();
    }

    private PlainRuns outsideAllGroups() {
        boolean[] all = new boolean[partition.count()];
        Arrays.fill(all, true);
        return PlainRuns.outside(partition, all, graph.parameterLength());
    }

    private PlainRuns outsideChosen() {
        return PlainRuns.outside(partition, chosen.targeted(), graph.parameterLength());
    }

    private void requireLength(String what, float[] vector) {
        if (vector.length != graph.parameterLength()) {
            throw new IllegalArgumentException("Cannot step: %s has %d values, the network has %d"
                    .formatted(what, vector.length, graph.parameterLength()));
        }
    }
}
