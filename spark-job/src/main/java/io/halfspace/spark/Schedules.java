package io.halfspace.spark;

import io.halfspace.solver.Schedule;

/** Schedules of the solvers from what a job file says, in steps from the beginning of the run. */
final class Schedules {
    /** For a run that prunes, or erases, and nothing else. */
    static final Shares PRUNE = new Shares(Schedule.WARM_UP, Schedule.FROZEN_AT);

    /** For erasing before pruning. */
    static final Shares ERASE_FIRST = new Shares(0.15, 0.35);

    /** For pruning after erasing: some steps to recover, then to choose among what is left. */
    static final Shares PRUNE_LATER = new Shares(0.45, 0.65);

    private Schedules() {}

    /**
     * Default shares of a run.
     *
     * @param warmUp after which groups are chosen
     * @param frozenAt after which chosen groups are zero
     */
    record Shares(double warmUp, double frozenAt) {}

    /**
     * The schedule of a section.
     *
     * @param section its name, for messages
     * @throws JobException exit code 2 if it does not fit the run
     */
    static Schedule of(SolverConfig config, String section, Shares usual, int stepsPerEpoch, int totalSteps) {
        try {
            Schedule.forRun(totalSteps);
        } catch (IllegalArgumentException e) {
            throw new JobException(ExitCode.CONFIGURATION, e.getMessage(), e);
        }
        Span warmUp = config.warmUp().orElse(Span.share(usual.warmUp));
        Span frozenAt = config.frozenAt().orElse(Span.share(usual.frozenAt));
        // A tiny share of a short run is no fault: it gets the step that every phase needs.
        int chosen = Math.max(1, warmUp.step(stepsPerEpoch, totalSteps));
        int frozen = frozenAt.step(stepsPerEpoch, totalSteps);
        if (config.frozenAt().isEmpty() || frozenAt.unit() == Span.Unit.SHARE) {
            frozen = Math.max(frozen, Math.min(chosen + Schedule.LEAST_PRUNING_STEPS, totalSteps));
        }
        if (chosen + Schedule.LEAST_PRUNING_STEPS > frozen || frozen > totalSteps) {
            throw new JobException(
                    ExitCode.CONFIGURATION,
                    "Cannot fit the schedule into the run of %d steps, %d an epoch: %s.warm-up (%s) ends at step %d and %s.frozen-at (%s) at step %d, expected at least %d steps between them and both inside the run"
                            .formatted(
                                    totalSteps,
                                    stepsPerEpoch,
                                    section,
                                    warmUp,
                                    chosen,
                                    section,
                                    frozenAt,
                                    frozen,
                                    Schedule.LEAST_PRUNING_STEPS));
        }
        return Schedule.of(totalSteps, chosen, frozen);
    }

    /**
     * The same schedule as seen by a solver that begins at a later step of the run.
     *
     * @throws JobException exit code 2 if it would choose before it begins
     */
    static Schedule after(Schedule schedule, int step) {
        if (schedule.warmUpSteps() <= step) {
            throw new JobException(
                    ExitCode.CONFIGURATION,
                    "Cannot fit the schedule into the run: operators are erased at step %d (erase.frozen-at) and channels chosen at step %d (solver.warm-up), expected the first before the second"
                            .formatted(step, schedule.warmUpSteps()));
        }
        return Schedule.of(schedule.totalSteps() - step, schedule.warmUpSteps() - step, schedule.frozenAt() - step);
    }
}
