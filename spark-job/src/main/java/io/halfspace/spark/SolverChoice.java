package io.halfspace.spark;

import io.halfspace.graph.ErasableSegments;
import io.halfspace.graph.GroupSet;
import io.halfspace.graph.NetworkCost;
import io.halfspace.solver.Dhspg;
import io.halfspace.solver.DhspgSettings;
import io.halfspace.solver.H2spg;
import io.halfspace.solver.Hesso;
import io.halfspace.solver.Schedule;
import io.halfspace.solver.Solver;
import io.halfspace.solver.Target;

/** A job's targets and solver sections, as the solver knows them. */
final class SolverChoice {
    private SolverChoice() {}

    /** A target for the whole network. */
    static Target target(TargetConfig config, LayersConfig layers) {
        return layers.rounded(
                switch (config.measure()) {
                    case GROUPS ->
                        config.amount() > 1
                                ? new Target.GroupCount((int) config.amount())
                                : new Target.Groups(config.amount());
                    case PARAMETERS -> new Target.Parameters(config.amount());
                    case FLOPS -> new Target.Flops(config.amount());
                });
    }

    /**
     * What is left of a target for the whole network when part of it has left already.
     *
     * @param groups groups of the whole network
     * @param cost price of the whole network
     * @param left groups of what is left
     */
    static Target remainingTarget(
            TargetConfig config, LayersConfig layers, int groups, NetworkCost cost, GroupSet left) {
        Target whole = target(config, LayersConfig.ALL);
        double allowed = whole.allowed(whole.remaining(groups, cost));
        return layers.rounded(
                switch (config.measure()) {
                    case GROUPS -> new Target.GroupCount(Math.max(0, left.count() - (int) allowed));
                    // Above 1 an amount is a number, and no network of one parameter is worth a job.
                    case PARAMETERS -> new Target.Parameters(Math.max(2, allowed));
                    case FLOPS -> new Target.Flops(Math.max(2, allowed));
                });
    }

    /**
     * The solver before its first step.
     *
     * @param adaptive whether the base optimiser scales its steps itself; what the job leaves open follows from it
     */
    static Solver solver(SolverConfig config, GroupSet groups, Target target, boolean adaptive, Schedule schedule) {
        return switch (config.method()) {
            case DHSPG -> new Dhspg(groups, target, settings(config, adaptive), schedule);
            case H2SPG -> new H2spg((ErasableSegments) groups, target, settings(config, adaptive), schedule);
            case HESSO -> new Hesso(groups, target, config.periods(), schedule);
        };
    }

    private static DhspgSettings settings(SolverConfig config, boolean adaptive) {
        DhspgSettings usual = adaptive ? DhspgSettings.forAdam() : DhspgSettings.forSgd();
        return new DhspgSettings(
                config.lambda().orElse(usual.lambda()), config.amplify().orElse(usual.amplify()), config.epsilon());
    }
}
