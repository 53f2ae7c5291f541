package io.halfspace.spark;

import io.halfspace.dl4j.BuiltinNetworks;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;

/** The shape of one example, as far as a model itself tells. */
final class InputShape {
    private InputShape() {}

    static int[] of(String model, ModelSource source) {
        if (source.builtIn()) {
            return BuiltinNetworks.inputShape(model);
        }
        for (var layer : source.network().getLayers()) {
            if (layer.conf().getLayer() instanceof ConvolutionLayer) {
                break;
            }
            if (layer.conf().getLayer() instanceof FeedForwardLayer first) {
                return new int[] {Math.toIntExact(first.getNIn())};
            }
        }
        throw new JobException(
                ExitCode.CONFIGURATION,
                "Cannot analyse '%s': the model does not say the height and width of its input, give --input CHANNELS,HEIGHT,WIDTH"
                        .formatted(model));
    }
}
