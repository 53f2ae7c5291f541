package io.halfspace.dl4j;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** What a network takes, as far as the layers that read its inputs tell. */
final class InputTypes {
    private InputTypes() {}

    /**
     * The type of each network input, in order.
     *
     * @throws IllegalArgumentException if the layers do not tell one
     */
    static List<InputType> of(ComputationGraph network) {
        ComputationGraphConfiguration configuration = network.getConfiguration();
        return configuration.getNetworkInputs().stream()
                .map(input -> of(configuration, input))
                .toList();
    }

    private static InputType of(ComputationGraphConfiguration configuration, String input) {
        for (Map.Entry<String, List<String>> entry :
                configuration.getVertexInputs().entrySet()) {
            GraphVertex vertex = configuration.getVertices().get(entry.getKey());
            if (!entry.getValue().contains(input) || !(vertex instanceof LayerVertex reader)) {
                continue;
            }
            if (reader.getPreProcessor() instanceof FeedForwardToCnnPreProcessor image) {
                return InputType.convolutionalFlat(
                        image.getInputHeight(), image.getInputWidth(), image.getNumChannels());
            }
            Layer layer = reader.getLayerConf().getLayer();
            if (reader.getPreProcessor() == null && layer instanceof DenseLayer dense) {
                return InputType.feedForward(dense.getNIn());
            }
            if (reader.getPreProcessor() == null && layer instanceof BaseRecurrentLayer recurrent) {
                return InputType.recurrent(recurrent.getNIn());
            }
        }
        throw new IllegalArgumentException(
                "Cannot trace the network: the layers do not tell the shape of its input '%s', give its input type"
                        .formatted(input));
    }
}
