package io.halfspace.dl4j;

import java.util.Arrays;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Whether a network and the examples of a classification job fit each other. */
public final class NetworkShape {
    private NetworkShape() {}

    /** The input type of examples of the given shape: {@code [features]} or {@code [channels, height, width]}. */
    public static InputType inputType(int[] shape) {
        return switch (shape.length) {
            case 1 -> InputType.feedForward(shape[0]);
            case 3 -> InputType.convolutional(shape[1], shape[2], shape[0], CNN2DFormat.NCHW);
            default ->
                throw new UnsupportedModelException(
                        "Cannot use examples of shape %s: expected [features] or [channels, height, width]"
                                .formatted(Arrays.toString(shape)));
        };
    }

    /**
     * Runs the network once on an example of zeros and checks what it gives.
     *
     * @param shape shape of one example
     * @param classes number of classes in the data
     * @throws UnsupportedModelException if the network cannot take the example or does not tell that many classes apart
     */
    public static void check(ComputationGraph network, int[] shape, int classes) {
        if (network.getNumOutputArrays() != 1 || network.getNumInputArrays() != 1) {
            throw new UnsupportedModelException(
                    "Cannot train the model: found %d inputs and %d outputs, expected 1 and 1"
                            .formatted(network.getNumInputArrays(), network.getNumOutputArrays()));
        }
        if (!(network.getOutputLayer(0) instanceof IOutputLayer)) {
            throw new UnsupportedModelException(
                    "Cannot train the model: its output '%s' has no loss, expected an output layer"
                            .formatted(network.getConfiguration()
                                    .getNetworkOutputs()
                                    .get(0)));
        }
        long[] given = outputShape(network, shape);
        if (given.length != 2 || given[1] != classes) {
            throw new UnsupportedModelException(
                    "Cannot train the model: found an output of shape %s for one example, expected [1, %d] (the classes of the data)"
                            .formatted(Arrays.toString(given), classes));
        }
    }

    private static long[] outputShape(ComputationGraph network, int[] shape) {
        long[] batch = new long[shape.length + 1];
        batch[0] = 1;
        for (int i = 0; i < shape.length; i++) {
            batch[i + 1] = shape[i];
        }
        try (INDArray example = Nd4j.zeros(network.getConfiguration().getDataType(), batch)) {
            return network.outputSingle(false, example).shape();
        } catch (RuntimeException e) {
            throw new UnsupportedModelException("Cannot train the model on examples of shape %s: %s"
                    .formatted(Arrays.toString(shape), firstLine(e)));
        }
    }

    private static String firstLine(RuntimeException e) {
        return String.valueOf(e.getMessage())
                .lines()
                .findFirst()
                .orElse(e.getClass().getSimpleName());
    }
}
