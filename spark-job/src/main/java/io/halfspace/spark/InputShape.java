package io.halfspace.spark;

import io.halfspace.dl4j.NetworkShape;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What one input of a network takes: told by the user, or as far as the model itself tells. */
final class InputShape {
    private InputShape() {}

    /**
     * The input types of examples of the given shapes, one an input of the network.
     *
     * @throws JobException exit code 2 if there are not as many shapes as inputs, or the network does not take them
     */
    static InputType[] told(ModelSource source, List<int[]> shapes) {
        ComputationGraph network = source.network();
        List<String> inputs = network.getConfiguration().getNetworkInputs();
        if (shapes.size() != inputs.size()) {
            throw new JobException(
                    ExitCode.CONFIGURATION,
                    "Cannot analyse the model: found %d times --input, expected %d, one for each of its inputs %s"
                            .formatted(shapes.size(), inputs.size(), inputs));
        }
        if (!source.named()) {
            run(network, shapes);
        }
        return shapes.stream().map(InputShape::type).toArray(InputType[]::new);
    }

    private static void run(ComputationGraph network, List<int[]> shapes) {
        INDArray[] examples = shapes.stream().map(InputShape::zeros).toArray(INDArray[]::new);
        try {
            network.output(examples);
        } catch (RuntimeException e) {
            throw new JobException(
                    ExitCode.CONFIGURATION,
                    "Cannot analyse the model: it does not take --input %s: %s"
                            .formatted(
                                    String.join(
                                            " ",
                                            shapes.stream()
                                                    .map(Arrays::toString)
                                                    .toList()),
                                    String.valueOf(e.getMessage())
                                            .lines()
                                            .findFirst()
                                            .orElse("")),
                    e);
        }
    }

    /** What the file or else the layers after each input tell; empty if one of these is a convolution, which takes any size. */
    static Optional<InputType[]> of(ModelSource source) {
        if (!source.inputs().isEmpty()) {
            return Optional.of(source.inputs().toArray(InputType[]::new));
        }
        ComputationGraph network = source.network();
        ComputationGraphConfiguration configuration = network.getConfiguration();
        List<Optional<InputType>> types = configuration.getNetworkInputs().stream()
                .map(input -> firstReader(configuration, input).flatMap(InputShape::read))
                .toList();
        return types.stream().allMatch(Optional::isPresent)
                ? Optional.of(types.stream().map(Optional::get).toArray(InputType[]::new))
                : Optional.empty();
    }

    private static Optional<FeedForwardLayer> firstReader(ComputationGraphConfiguration configuration, String input) {
        Queue<String> open = new ArrayDeque<>(List.of(input));
        for (String source = open.poll(); source != null; source = open.poll()) {
            for (var reader : configuration.getVertexInputs().entrySet()) {
                if (reader.getValue().contains(source)) {
                    if (configuration.getVertices().get(reader.getKey()) instanceof LayerVertex vertex
                            && vertex.getLayerConf().getLayer() instanceof FeedForwardLayer layer) {
                        return Optional.of(layer);
                    }
                    open.add(reader.getKey());
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<InputType> read(Layer layer) {
        if (layer instanceof ConvolutionLayer || !(layer instanceof FeedForwardLayer first)) {
            return Optional.empty();
        }
        return Optional.of(
                layer instanceof BaseRecurrentLayer
                        ? InputType.recurrent(first.getNIn())
                        : InputType.feedForward(first.getNIn()));
    }

    private static InputType type(int[] shape) {
        return shape.length == 2 ? InputType.recurrent(shape[0], shape[1]) : NetworkShape.inputType(shape);
    }

    private static INDArray zeros(int[] shape) {
        long[] one = new long[shape.length + 1];
        one[0] = 1;
        for (int i = 0; i < shape.length; i++) {
            one[i + 1] = shape[i];
        }
        return Nd4j.zeros(one);
    }
}
