package io.halfspace.dl4j;

import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Judges class probabilities against labels. */
final class Classification {
    /** Keeps the logarithm of a probability that underflowed to zero finite. */
    private static final double SMALLEST_PROBABILITY = 1e-10;

    private Classification() {}

    static Evaluation of(ComputationGraph network, INDArray output, int[] labels) {
        INDArray probabilities = output.castTo(DataType.DOUBLE);
        int classes = (int) probabilities.size(1);
        long correct = 0;
        INDArray oneHot = Nd4j.zeros(DataType.DOUBLE, labels.length, classes);
        INDArray best = probabilities.argMax(1);
        for (int r = 0; r < labels.length; r++) {
            oneHot.putScalar(r, labels[r], 1);
            if (best.getInt(r) == labels[r]) {
                correct++;
            }
        }
        INDArray safe = Transforms.max(probabilities, SMALLEST_PROBABILITY, true);
        double lossSum = loss(network).computeScore(oneHot, safe, new ActivationIdentity(), null, false);
        return new Evaluation(labels.length, correct, lossSum);
    }

    private static ILossFunction loss(ComputationGraph network) {
        var layer = network.getOutputLayer(0).conf().getLayer();
        return layer instanceof LossLayer lossLayer ? lossLayer.getLossFn() : ((BaseOutputLayer) layer).getLossFn();
    }
}
