package io.halfspace.solver;

import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.TraceGraph;
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
 * HESSO, arXiv 2409.09085, see {@link Hesso}) makes the target exact at a known step; the paper leaves that to luck. And
 * lambda is at least what would bring the group from its norm when it was chosen to zero by the end of the closing phase,
 * because a fixed one is far too weak for large groups at small learning rates.
 *
 * <p>Cost: one pass over both vectors; a chosen group is read a second time while it is in the cache.
 */
public final class Dhspg extends StagedSolver {
    private final DhspgSettings settings;

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
        super(graph, partition, target, schedule, parts);
        this.settings = Objects.requireNonNull(settings, "settings");
    }

    @Override
    Phase pruningPhase(int step) {
        return step < schedule.closingStart() ? Phase.PROJECTING : Phase.CLOSING;
    }

    @Override
    double drive(int group, float[] x, float[] u, double learningRate) {
        if (stepsTaken() < schedule.closingStart()) {
            return project(group, x, u, leastMu(group, learningRate));
        }
        shrink(group, x, u, schedule.frozenAt() - stepsTaken());
        return NO_PENALTY;
    }

    private double leastMu(int group, double learningRate) {
        int steps = schedule.frozenAt() - schedule.warmUpSteps();
        return Math.max(learningRate * settings.lambda(), chosenNorm(group) / steps);
    }

    private double project(int group, float[] x, float[] u, double baseMu) {
        double xx = sums.xx(group);
        double xu = sums.xu(group);
        if (xx == 0) {
            toZero(group, x);
            return NO_PENALTY;
        }
        double mu = Penalty.choose(xx, sums.uu(group), xu, baseMu, settings.amplify());
        if (stepsTaken() >= schedule.projectionStart() && Penalty.leavesHalfSpace(xx, xu, mu, settings.epsilon())) {
            toZero(group, x);
        } else {
            groupStep.pulled(group, x, u, (float) (mu / Math.sqrt(xx)), 1f);
        }
        return mu;
    }
}
