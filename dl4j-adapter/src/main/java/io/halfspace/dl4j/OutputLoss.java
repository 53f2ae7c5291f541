package io.halfspace.dl4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.Cnn3DLossLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;

/**
 * The loss of one output of a network, and the layout of what it compares.
 *
 * @param function the loss; absent where the output layer computes one of its own
 * @param channelsLast whether labels and outputs have their channels on the last axis instead of axis 1
 */
public record OutputLoss(Optional<ILossFunction> function, boolean channelsLast) {
    /** The losses of a network's outputs, in their order. */
    public static List<OutputLoss> of(ComputationGraphConfiguration configuration) {
        List<OutputLoss> losses = new ArrayList<>();
        for (String name : configuration.getNetworkOutputs()) {
            losses.add(
                    configuration.getVertices().get(name) instanceof LayerVertex vertex
                            ? of(vertex.getLayerConf().getLayer())
                            : new OutputLoss(Optional.empty(), false));
        }
        return losses;
    }

    private static OutputLoss of(Layer layer) {
        if (layer instanceof FrozenLayerWithBackprop frozen) {
            return of(frozen.getUnderlying());
        }
        if (layer instanceof RnnOutputLayer output) {
            return new OutputLoss(Optional.of(output.getLossFn()), output.getRnnDataFormat() == RNNFormat.NWC);
        }
        if (layer instanceof RnnLossLayer output) {
            return new OutputLoss(Optional.of(output.getLossFn()), output.getRnnDataFormat() == RNNFormat.NWC);
        }
        if (layer instanceof CnnLossLayer output) {
            return new OutputLoss(Optional.of(output.getLossFn()), output.getFormat() == CNN2DFormat.NHWC);
        }
        if (layer instanceof Cnn3DLossLayer output) {
            return new OutputLoss(
                    Optional.of(output.getLossFn()), output.getDataFormat() == Convolution3D.DataFormat.NDHWC);
        }
        if (layer instanceof LossLayer output) {
            return new OutputLoss(Optional.of(output.getLossFn()), false);
        }
        return new OutputLoss(
                layer instanceof BaseOutputLayer output ? Optional.of(output.getLossFn()) : Optional.empty(), false);
    }

    /** Whether labels are class numbers, on a channel axis of length 1. */
    public boolean takesIndices() {
        return function.isPresent() && function.get() instanceof LossSparseMCXENT;
    }

    /** Labels as the loss takes them, in the layout of the output. Cost: one pass; dense labels are handed on. */
    public Values labels(Target target) {
        if (target instanceof Target.Dense dense) {
            return dense.values();
        }
        Target.Classes classes = (Target.Classes) target;
        int channels = takesIndices() ? 1 : classes.count();
        int rows = classes.rows();
        int positions = classes.indices().length / Math.max(1, rows);
        float[] values = new float[Math.multiplyExact(classes.indices().length, channels)];
        for (int at = 0; at < classes.indices().length; at++) {
            int index = classes.indices()[at];
            if (channels == 1) {
                values[at] = index;
                continue;
            }
            int row = at / positions;
            int position = at % positions;
            int place =
                    channelsLast ? at * channels + index : row * channels * positions + index * positions + position;
            values[place] = 1f;
        }
        return Values.of(values, withChannels(classes.shape(), channels));
    }

    /** Shape of positions with a channel axis put in. */
    private int[] withChannels(int[] positions, int channels) {
        int axis = channelsLast ? positions.length : 1;
        return IntStream.rangeClosed(0, positions.length)
                .map(i -> i == axis ? channels : positions[i < axis ? i : i - 1])
                .toArray();
    }
}
