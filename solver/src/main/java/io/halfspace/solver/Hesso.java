package io.halfspace.solver;

import io.halfspace.graph.GroupSet;

/**
 * Hybrid efficient structured sparse optimiser: drives the chosen groups to exact zero share by share, with nothing to
 * tune.
 *
 * <p>Warm-up steps are the base optimiser's. After the last one the most redundant groups that meet the target are
 * chosen, and the time until they must all be zero is cut into periods. Each period takes its equal share of them, most
 * redundant first, and shrinks it by (D - t - 1) / (D - t) in step t of its D: exact zero at its end. Everything else,
 * chosen groups whose period is still to come and running statistics included, takes the plain step; zero groups are not
 * touched again.
 *
 * <p>Source: HESSO (arXiv 2409.09085) Algorithm 1. Deviations: a group that shrinks takes no update ({@link
 * StagedSolver#shrink}), where the paper applies the factor after the plain step. And the groups are chosen once, where the
 * paper ranks anew in every period: groups that were given away on an older ranking can leave a later one unable to meet
 * the target (each layer keeps a channel, and groups may share layers), while a choice by {@link Target#choose} always
 * meets it. Redundancy also compares a group with its like, which says little while part of them fade. The ranking
 * ({@link Saliency}) is that of {@link Dhspg}: the two differ in how groups go, not in which. Groups may be channels or
 * erasable segments alike.
 *
 * <p>Cost: one pass over both vectors; a chosen group is read a second time while it is in the cache.
 */
public final class Hesso extends StagedSolver {
    /** Default number of periods. */
    public static final int PERIODS = 10;

    private final int periods;

    /** First step of the period in which a chosen group goes. */
    private final int[] from;

    /** First step after it. */
    private final int[] until;

    /**
     * A solver before its first step.
     *
     * @param periods in how many shares the groups go, at least 1; no more are used than there are groups or steps
     * @param schedule of which projection and closing do not matter here
     * @throws UnreachableTargetException if the target cannot be met
     * @throws IllegalArgumentException if two groups share a position of the flat vector
     */
    public Hesso(GroupSet groups, Target target, int periods, Schedule schedule) {
        this(groups, target, periods, schedule, Parts.forLength(groups.graph().parameterLength()));
    }

    Hesso(GroupSet groups, Target target, int periods, Schedule schedule, Parts parts) {
        super(groups, target, schedule, parts);
        if (periods < 1) {
            throw new IllegalArgumentException("Invalid periods: %d, expected at least 1".formatted(periods));
        }
        this.periods = periods;
        from = new int[groups.count()];
        until = new int[groups.count()];
    }

    @Override
    Phase pruningPhase(int step) {
        return Phase.CLOSING;
    }

    @Override
    void chosen(boolean[] targeted, int[] ranking) {
        int count = 0;
        for (boolean flag : targeted) {
            count += flag ? 1 : 0;
        }
        int shares = Math.min(periods, Math.min(count, schedule.frozenAt() - schedule.warmUpSteps()));
        int place = 0;
        for (int group : ranking) {
            if (targeted[group]) {
                int share = (int) ((long) place++ * shares / count);
                from[group] = firstStep(share, shares);
                until[group] = firstStep(share + 1, shares);
            }
        }
    }

    @Override
    boolean drivesBySums() {
        return false;
    }

    @Override
    double drive(int group, double learningRate) {
        if (stepsTaken() < from[group]) {
            groupStep.plain(group);
        } else {
            shrink(group, until[group] - stepsTaken());
        }
        return NO_PENALTY;
    }

    private int firstStep(int share, int shares) {
        int steps = schedule.frozenAt() - schedule.warmUpSteps();
        return schedule.warmUpSteps() + (int) ((long) steps * share / shares);
    }
}
