package io.halfspace.spark;

import io.halfspace.solver.DhspgSettings;
import io.halfspace.solver.Schedule;
import io.halfspace.solver.Target;

/** A job's target and solver section, as the solver knows them. */
final class SolverChoice {
    private SolverChoice() {}

    static Target target(TargetConfig config) {
        return switch (config.measure()) {
            case GROUPS -> new Target.Groups(config.amount());
            case PARAMETERS -> new Target.Parameters(config.amount());
            case FLOPS -> new Target.Flops(config.amount());
        };
    }

    /** When groups are chosen and when they are zero. */
    static Schedule schedule(SolverConfig config, int totalSteps) {
        try {
            Schedule.forRun(totalSteps);
            return Schedule.forRun(
                    totalSteps,
                    config.warmUp().orElse(Schedule.WARM_UP),
                    config.frozenAt().orElse(Schedule.FROZEN_AT));
        } catch (IllegalArgumentException e) {
            throw new JobException(ExitCode.CONFIGURATION, e.getMessage(), e);
        }
    }

    /** Penalty and projection; what the job leaves open follows from the kind of base optimiser. */
    static DhspgSettings settings(SolverConfig config, boolean adaptive) {
        DhspgSettings usual = adaptive ? DhspgSettings.forAdam() : DhspgSettings.forSgd();
        return new DhspgSettings(
                config.lambda().orElse(usual.lambda()), config.amplify().orElse(usual.amplify()), config.epsilon());
    }
}
