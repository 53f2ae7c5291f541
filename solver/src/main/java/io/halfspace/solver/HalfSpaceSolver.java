package io.halfspace.solver;

import io.halfspace.graph.GroupSet;
import java.util.Objects;

/**
 * What the solvers do that pull chosen groups across their half-space: a chosen group x takes the step {@code x - u - mu
 * x/|x|} with mu from {@link Penalty}; once projection has begun it becomes zero if that step keeps less than epsilon of it.
 * In the closing phase the groups left shrink by (D - t - 1) / (D - t) and take no other step, which reaches exact zero in D
 * steps.
 *
 * <p>Lambda is at least what would bring the group from its norm when it was chosen to zero by the end of the closing phase,
 * because a fixed one is far too weak for large groups at small learning rates; it has no upper limit but that of the
 * half-spaces, which grows with the group. So it suits groups of ten values and of a million.
 */
abstract sealed class HalfSpaceSolver extends StagedSolver permits Dhspg, H2spg {
    private final DhspgSettings settings;

    HalfSpaceSolver(GroupSet groups, Target target, DhspgSettings settings, Schedule schedule, Parts parts) {
        super(groups, target, schedule, parts);
        this.settings = Objects.requireNonNull(settings, "settings");
    }

    @Override
    final Phase pruningPhase(int step) {
        return step < schedule.closingStart() ? Phase.PROJECTING : Phase.CLOSING;
    }

    @Override
    final boolean drivesBySums() {
        return stepsTaken() < schedule.closingStart();
    }

    @Override
    final double drive(int group, double learningRate) {
        if (stepsTaken() < schedule.closingStart()) {
            return project(group, leastMu(group, learningRate));
        }
        shrink(group, schedule.frozenAt() - stepsTaken());
        return NO_PENALTY;
    }

    private double leastMu(int group, double learningRate) {
        int steps = schedule.frozenAt() - schedule.warmUpSteps();
        return Math.max(learningRate * settings.lambda(), chosenNorm(group) / steps);
    }

    private double project(int group, double baseMu) {
        double xx = sums.xx(group);
        double xu = sums.xu(group);
        if (xx == 0) {
            toZero(group);
            return NO_PENALTY;
        }
        double mu = Penalty.choose(xx, sums.uu(group), xu, baseMu, settings.amplify());
        if (stepsTaken() >= schedule.projectionStart() && Penalty.leavesHalfSpace(xx, xu, mu, settings.epsilon())) {
            toZero(group);
        } else {
            groupStep.pulled(group, (float) (mu / Math.sqrt(xx)));
        }
        return mu;
    }
}
