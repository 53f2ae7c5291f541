package io.halfspace.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halfspace.dl4j.Batch;
import io.halfspace.dl4j.Dl4jGradientEngine;
import io.halfspace.dl4j.FlatParameters;
import io.halfspace.dl4j.GradientEngine;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;

/** Of masked series, the last step of both ways: the one place where the engines differ, and which of them is right. */
final class LastStepOfBothWaysTest {
    private static final float STEP = 1f / 512;
    /** Only so many parameters are moved. */
    private static final int EVERY = 7;

    @Test
    void masked_libtorchGivesTheGradientOfTheScore() {
        Chain chain = Chain.of(
                InputType.recurrent(3, 5),
                new LSTM.Builder().nOut(3).activation(Activation.TANH).build(),
                new LastTimeStep(new Bidirectional(
                        Bidirectional.Mode.CONCAT,
                        new LSTM.Builder().nOut(4).activation(Activation.TANH).build())));
        Batch batch = chain.maskedBatch(3, 2);
        String json = chain.network().apply(DataType.DOUBLE).toJson();
        ComputationGraph network = new ComputationGraph(chain.network().apply(DataType.DOUBLE));
        network.init();
        float[] parameters = FlatParameters.of(network);
        try (GradientEngine theirs = new Dl4jGradientEngine(json);
                GradientEngine ours = new TorchGradientEngine(json, TorchDevice.CPU, 1)) {
            double[] numeric = new double[parameters.length];
            for (int i = 0; i < parameters.length; i += EVERY) {
                numeric[i] = derivative(theirs, parameters, batch, i);
            }
            double[] expected = theirs.preciseGradient(parameters, batch, 0);
            double[] found = ours.preciseGradient(parameters, batch, 0);
            double largest = 0;
            double wrong = 0;
            double right = 0;
            for (int i = 0; i < numeric.length; i += EVERY) {
                largest = Math.max(largest, Math.abs(numeric[i]));
                wrong = Math.max(wrong, Math.abs(expected[i] - numeric[i]));
                right = Math.max(right, Math.abs(found[i] - numeric[i]));
            }
            System.out.printf(
                    "largest %.3g, Deeplearning4j off by %.3g, libtorch off by %.3g%n", largest, wrong, right);
            double score = theirs.gradient(parameters, batch, 0).lossSum();
            assertThat(ours.gradient(parameters, batch, 0).lossSum()).isCloseTo(score, within(1e-6 * score));
            assertThat(right).isLessThan(1e-5 * largest);
            // When this fails, Deeplearning4j has been mended, and this case belongs in RecurrentEqualityTest.
            assertThat(wrong).isGreaterThan(1e-3 * largest);
        }
    }

    /** Of Deeplearning4j's own score. */
    private static double derivative(GradientEngine engine, float[] parameters, Batch batch, int index) {
        float[] moved = parameters.clone();
        moved[index] = parameters[index] + STEP;
        double above = engine.gradient(moved, batch, 0).lossSum();
        double up = moved[index];
        moved[index] = parameters[index] - STEP;
        double below = engine.gradient(moved, batch, 0).lossSum();
        return (above - below) / (up - moved[index]);
    }
}
