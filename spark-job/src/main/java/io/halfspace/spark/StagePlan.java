package io.halfspace.spark;

import io.halfspace.dl4j.BaseOptimizer;
import io.halfspace.graph.ErasableSegments;
import io.halfspace.graph.GroupSet;
import io.halfspace.graph.NetworkCost;
import io.halfspace.solver.Schedule;
import io.halfspace.solver.Solver;
import io.halfspace.solver.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The stages of a job: its mode, targets and schedules, spread over a run of so many steps. The data of a run go forward
 * through them:
 *
 * <pre>
 * warm-up  the whole network; redundancy is scored at its end
 * erase    chosen operators go to zero                           erase, erase-then-prune
 * refine   the network without them; redundancy is scored        erase-then-prune
 * prune    chosen channels go to zero                            prune, erase-then-prune
 * compact  the network without anything that is zero
 * </pre>
 *
 * <p>With {@code solver.compact: false} the last stage has no steps: the cut comes after training.
 */
final class StagePlan {
    private final JobConfig config;
    private final int stepsPerEpoch;
    private final int totalSteps;
    private final List<Stage> stages = new ArrayList<>();

    private StagePlan(JobConfig config, int stepsPerEpoch) {
        this.config = config;
        this.stepsPerEpoch = stepsPerEpoch;
        totalSteps = Math.multiplyExact(stepsPerEpoch, config.training().epochs());
    }

    /**
     * Plans a run.
     *
     * @param network the whole network
     * @param judge told of the trainee after the warm-up, while it is still dense
     * @throws JobException exit code 2 if the schedule does not fit the run
     */
    static List<Stage> of(JobConfig config, Network network, int stepsPerEpoch, UnaryOperator<Trainee> judge) {
        StagePlan plan = new StagePlan(config, stepsPerEpoch);
        switch (config.mode()) {
            case PRUNE -> plan.prune(network, judge);
            case ERASE -> plan.erase(judge);
            case ERASE_THEN_PRUNE -> plan.eraseThenPrune(network, judge);
        }
        return plan.stages;
    }

    private void prune(Network network, UnaryOperator<Trainee> judge) {
        Schedule schedule = Schedules.of(config.solver(), "solver", Schedules.PRUNE, stepsPerEpoch, totalSteps);
        stages.add(new Stage("warm-up", schedule.warmUpSteps(), dense -> {
            Target target = SolverChoice.target(config.target(), config.layers());
            return driven(dense, config.solver(), network.groups(), target, schedule);
        }));
        stages.add(new Stage("prune", frozen(schedule.frozenAt()), judge));
        compact();
    }

    private void erase(UnaryOperator<Trainee> judge) {
        erase(config.target(), config.solver(), "solver", Schedules.PRUNE, judge);
        compact();
    }

    private void eraseThenPrune(Network network, UnaryOperator<Trainee> judge) {
        EraseConfig erase = config.erase().orElseThrow();
        Schedule whole = Schedules.of(config.solver(), "solver", Schedules.PRUNE_LATER, stepsPerEpoch, totalSteps);
        int erased = erase(erase.target(), erase.solver(), "erase", Schedules.ERASE_FIRST, judge);
        Schedule rest = Schedules.after(whole, erased);
        NetworkCost cost = network.cost();
        int groups = network.groups().count();
        stages.add(new Stage("refine", whole.warmUpSteps(), full -> {
            Trainee small =
                    full.cut(built -> Network.analyseRest(built, config.data().shape(), config.layers()));
            GroupSet left = small.network().groups();
            Target target = SolverChoice.remainingTarget(config.target(), config.layers(), groups, cost, left);
            return driven(small, config.solver(), left, target, rest);
        }));
        stages.add(new Stage("prune", frozen(whole.frozenAt()), UnaryOperator.identity()));
        compact();
    }

    /** Adds the stages of erasing; gives the step after them. */
    private int erase(
            TargetConfig target,
            SolverConfig solver,
            String section,
            Schedules.Shares usual,
            UnaryOperator<Trainee> judge) {
        Schedule schedule = Schedules.of(solver, section, usual, stepsPerEpoch, totalSteps);
        stages.add(new Stage("warm-up", schedule.warmUpSteps(), dense -> {
            ErasableSegments segments = dense.network().segments();
            return driven(dense, solver, segments, SolverChoice.target(target, LayersConfig.ALL), schedule);
        }));
        int end = config.mode().prunes() ? schedule.frozenAt() : frozen(schedule.frozenAt());
        stages.add(new Stage("erase", end, judge));
        return end;
    }

    private void compact() {
        stages.add(new Stage(
                "compact",
                totalSteps,
                full -> full.cut(
                        built -> Network.analyseRest(built, config.data().shape(), config.layers()))));
    }

    private int frozen(int step) {
        return config.compact() ? step : totalSteps;
    }

    private static Trainee driven(
            Trainee trainee, SolverConfig config, GroupSet groups, Target target, Schedule schedule) {
        boolean adaptive = BaseOptimizer.isAdaptive(trainee.network().graph());
        Solver solver = SolverChoice.solver(config, groups, target, adaptive, schedule);
        return trainee.drivenBy(solver, groups);
    }
}
