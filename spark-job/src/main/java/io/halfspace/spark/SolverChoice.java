package io.halfspace.spark;

import io.halfspace.solver.Dhspg;
import io.halfspace.solver.DhspgSettings;
import io.halfspace.solver.Hesso;
import io.halfspace.solver.Schedule;
import io.halfspace.solver.Solver;
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

    /**
     * The solver before its first step.
     *
     * @param adaptive whether the base optimiser scales its steps itself; what the job leaves open follows from it
     */
    static Solver solver(SolverConfig config, Network network, Target target, boolean adaptive, Schedule schedule) {
        return switch (config.method()) {
            case DHSPG -> new Dhspg(network.groups(), target, settings(config, adaptive), schedule);
            case HESSO -> new Hesso(network.groups(), target, config.periods(), schedule);
        };
    }

    private static DhspgSettings settings(SolverConfig config, boolean adaptive) {
        DhspgSettings usual = adaptive ? DhspgSettings.forAdam() : DhspgSettings.forSgd();
        return new DhspgSettings(
                config.lambda().orElse(usual.lambda()), config.amplify().orElse(usual.amplify()), config.epsilon());
    }
}
