package io.halfspace.spark;

import io.halfspace.dl4j.NetworkShape;
import io.halfspace.dl4j.NetworkTracer;
import io.halfspace.graph.GroupPartition;
import io.halfspace.solver.Target;
import io.halfspace.solver.UnreachableTargetException;
import java.util.Optional;

/** Whether a job's targets can be reached, before anything is trained. */
final class TargetCheck {
    private TargetCheck() {}

    /**
     * Checks all targets of a job. Channels are counted as if no operator had left: what remains after erasing has fewer.
     *
     * @throws UnreachableTargetException if one cannot be reached
     * @throws JobException exit code 2 if one could be reached without the floors that the job sets
     */
    static void of(JobConfig config, Network network, int[] shape) {
        config.erase()
                .map(EraseConfig::target)
                .or(() -> config.mode().prunes() ? Optional.empty() : Optional.of(config.target()))
                .ifPresent(
                        target -> SolverChoice.target(target, LayersConfig.ALL).check(network.segments()));
        if (config.mode().prunes()) {
            prunable(config, network, shape);
        }
    }

    private static void prunable(JobConfig config, Network network, int[] shape) {
        try {
            SolverChoice.target(config.target(), config.layers()).check(network.groups());
        } catch (UnreachableTargetException e) {
            LayersConfig without = config.layers().withoutFloors();
            if (config.layers().hasFloors() && isReachable(config.target(), network, without, shape)) {
                throw new JobException(
                        ExitCode.CONFIGURATION,
                        "%s, or lower layers.min-channels and layers.round-to, without which the target can be reached"
                                .formatted(e.getMessage()),
                        e);
            }
            throw e;
        }
    }

    private static boolean isReachable(TargetConfig config, Network network, LayersConfig layers, int[] shape) {
        Target target = SolverChoice.target(config, layers);
        try {
            target.check(GroupPartition.of(
                    layers.applyToRest(NetworkTracer.trace(network.graph(), NetworkShape.inputType(shape)))));
            return true;
        } catch (UnreachableTargetException e) {
            return false;
        }
    }
}
