package io.halfspace.solver;

/**
 * When each phase of a run begins; all values count optimiser steps from 0.
 *
 * @param totalSteps length of the run
 * @param warmUpSteps steps of the base optimiser alone; groups are chosen after them
 * @param saliencySteps last steps of the warm-up in which redundancy is scored
 * @param projectionStart first step with half-space projection (T_h); penalties begin right after the warm-up
 * @param closingStart first step of the linear shrinking
 * @param frozenAt first step by which every chosen group is exactly zero
 */
public record Schedule(
        int totalSteps, int warmUpSteps, int saliencySteps, int projectionStart, int closingStart, int frozenAt) {
    /** Shortest run that has a step for every phase and some to recover in. */
    public static final int MINIMUM_STEPS = 5;

    /** Default share of the warm-up, and default share of the run after which all chosen groups are zero. */
    public static final double WARM_UP = 0.2;

    public static final double FROZEN_AT = 0.55;

    /** Least number of steps between the choice of groups and the step by which they are zero. */
    public static final int LEAST_PRUNING_STEPS = 2;

    /** An exponential average with decay 0.9 has forgotten anything older. */
    private static final int LONGEST_MEMORY = 50;

    public Schedule {
        boolean ordered = 1 <= saliencySteps
                && saliencySteps <= warmUpSteps
                && warmUpSteps <= projectionStart
                && projectionStart <= closingStart
                && closingStart < frozenAt
                && frozenAt <= totalSteps;
        if (!ordered) {
            throw new IllegalArgumentException(
                    ("Invalid schedule: expected 1 <= saliency steps (%d) <= warm-up steps (%d) <= projection start (%d)"
                                    + " <= closing start (%d) < frozen at (%d) <= total steps (%d)")
                            .formatted(
                                    saliencySteps, warmUpSteps, projectionStart, closingStart, frozenAt, totalSteps));
        }
    }

    /**
     * The default for a run of a given length: warm-up for a fifth of it, penalties until two fifths (with projection in
     * the last three quarters of that time), everything zero after 55 %, the rest to recover.
     *
     * @throws IllegalArgumentException if the run is shorter than {@link #MINIMUM_STEPS}
     */
    public static Schedule forRun(int totalSteps) {
        if (totalSteps < MINIMUM_STEPS) {
            throw new IllegalArgumentException(
                    "Cannot schedule a run of %d steps: warm-up, pruning and recovery need at least %d; train for more epochs or with smaller batches"
                            .formatted(totalSteps, MINIMUM_STEPS));
        }
        return forRun(totalSteps, WARM_UP, FROZEN_AT);
    }

    /**
     * The same with other shares of the run: penalties act in the first four sevenths of the time between.
     *
     * @param warmUpShare share of the run before groups are chosen, in [0, 1)
     * @param frozenShare share of the run after which every chosen group is zero, above {@code warmUpShare}, at most 1
     * @throws IllegalArgumentException if the shares leave no step for one of the phases
     */
    public static Schedule forRun(int totalSteps, double warmUpShare, double frozenShare) {
        int warmUp = Math.max(1, (int) (totalSteps * warmUpShare));
        return of(totalSteps, warmUp, Math.max(warmUp + LEAST_PRUNING_STEPS, (int) (totalSteps * frozenShare)));
    }

    /**
     * The same in steps.
     *
     * @param warmUp steps before groups are chosen, at least 1
     * @param frozen first step by which every chosen group is zero, at least {@link #LEAST_PRUNING_STEPS} later
     * @throws IllegalArgumentException if a phase has no step
     */
    public static Schedule of(int totalSteps, int warmUp, int frozen) {
        int closing = Math.max(warmUp + 1, warmUp + (frozen - warmUp) * 4 / 7);
        int saliency = Math.min(LONGEST_MEMORY, Math.max(1, warmUp / 2));
        int projection = warmUp + (closing - warmUp) / 4;
        return new Schedule(totalSteps, warmUp, saliency, projection, closing, frozen);
    }
}
