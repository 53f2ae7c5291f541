package io.halfspace.spark;

import io.halfspace.dl4j.BuiltinNetworks;
import java.util.Optional;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** The shape of one example, as far as a model itself tells. */
final class InputShape {
    private InputShape() {}

    /** What a built-in network was made for; empty if there is none of that name. */
    static Optional<int[]> ofBuiltIn(String name) {
        if (!BuiltinNetworks.names().contains(name)) {
            return Optional.empty();
        }
        return Optional.of(
                switch (name) {
                    case "digits" -> new int[] {1, 8, 8};
                    case "lenet" -> new int[] {1, 28, 28};
                    default -> new int[] {3, 32, 32};
                });
    }

    /** The features that the first layer of a network reads; empty if that is a convolution, which takes any size. */
    static Optional<int[]> of(ComputationGraph network) {
        for (var layer : network.getLayers()) {
            if (layer.conf().getLayer() instanceof ConvolutionLayer) {
                return Optional.empty();
            }
            if (layer.conf().getLayer() instanceof FeedForwardLayer first) {
                return Optional.of(new int[] {Math.toIntExact(first.getNIn())});
            }
        }
        return Optional.empty();
    }
}
