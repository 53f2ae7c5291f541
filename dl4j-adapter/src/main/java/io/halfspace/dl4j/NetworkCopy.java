package io.halfspace.dl4j;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Copies of networks whose parameters lie as in the original. Deeplearning4j's own {@code clone()} forgets the stored
 * topological order, which the layout of the parameters follows, and which a network that lost operators needs.
 */
public final class NetworkCopy {
    private NetworkCopy() {}

    /** A configuration of its own. The original is not modified. */
    public static ComputationGraphConfiguration of(ComputationGraphConfiguration configuration) {
        ComputationGraphConfiguration copy = ComputationGraphConfiguration.fromJson(configuration.toJson());
        copy.setIterationCount(configuration.getIterationCount());
        copy.setEpochCount(configuration.getEpochCount());
        return copy;
    }

    /** A network of its own with the same parameters and without updater state. The original is not modified. */
    public static ComputationGraph of(ComputationGraph network) {
        ComputationGraph copy = new ComputationGraph(of(network.getConfiguration()));
        copy.init(network.params().dup(), false);
        return copy;
    }
}
