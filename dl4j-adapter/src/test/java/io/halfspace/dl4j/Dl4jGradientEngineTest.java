package io.halfspace.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Sgd;

final class Dl4jGradientEngineTest {
    private static final double STEP = 1e-6;

    /** Central differences of the summed loss, in double. */
    @Test
    void gradient_isTheDerivativeOfTheSummedLoss() {
        ComputationGraph network = new ComputationGraph(dense(DataType.DOUBLE, 0));
        Dl4jGradientEngine engine = new Dl4jGradientEngine(network, 3);
        LabelledBatch batch = batch(7, 1);
        engine.compute(batch, 0);
        INDArray gradient = network.getFlattenedGradients().dup();
        INDArray parameters = network.params();

        for (int i = 0; i < parameters.length(); i++) {
            double at = parameters.getDouble(i);
            parameters.putScalar(i, at + STEP);
            double above = engine.compute(batch, 0);
            parameters.putScalar(i, at - STEP);
            double below = engine.compute(batch, 0);
            parameters.putScalar(i, at);
            assertThat((above - below) / (2 * STEP)).isCloseTo(gradient.getDouble(i), within(1e-6));
        }
    }

    @Test
    void gradient_ofPartsAddsUpToTheGradientOfTheWhole() {
        float[] parameters;
        GradientSum whole;
        float[] parts;
        try (Dl4jGradientEngine engine =
                new Dl4jGradientEngine(dense(DataType.FLOAT, 0).toJson(), 3)) {
            ComputationGraph network = new ComputationGraph(dense(DataType.FLOAT, 0));
            network.init();
            parameters = FlatParameters.of(network);
            whole = engine.gradient(parameters, batch(8, 1), 0);
            parts = new float[parameters.length];
            for (int from = 0; from < 8; from += 2) {
                float[] part = engine.gradient(parameters, slice(batch(8, 1), from, from + 2), 0)
                        .gradient();
                for (int i = 0; i < parts.length; i++) {
                    parts[i] += part[i];
                }
            }
        }
        assertThat(whole.rows()).isEqualTo(8);
        for (int i = 0; i < parts.length; i++) {
            assertThat(parts[i]).isCloseTo(whole.gradient()[i], within(1e-5f));
        }
    }

    @Test
    void dropout_hasTheSameBitsForTheSameSeed() {
        try (Dl4jGradientEngine engine =
                new Dl4jGradientEngine(dense(DataType.FLOAT, 0.5).toJson(), 3)) {
            ComputationGraph network = new ComputationGraph(dense(DataType.FLOAT, 0.5));
            network.init();
            float[] parameters = FlatParameters.of(network);
            float[] first = engine.gradient(parameters, batch(8, 1), 5).gradient();
            float[] other = engine.gradient(parameters, batch(8, 1), 6).gradient();
            float[] again = engine.gradient(parameters, batch(8, 1), 5).gradient();

            assertThat(again).containsExactly(first);
            assertThat(other).isNotEqualTo(first);
        }
    }

    @Test
    void evaluation_countsWhatTheOutputSays() {
        try (Dl4jGradientEngine engine =
                new Dl4jGradientEngine(dense(DataType.FLOAT, 0).toJson(), 3)) {
            ComputationGraph network = new ComputationGraph(dense(DataType.FLOAT, 0));
            network.init();
            LabelledBatch batch = batch(50, 3);
            INDArray output = network.outputSingle(false, batch.toArray());
            long correct = 0;
            double loss = 0;
            for (int r = 0; r < 50; r++) {
                INDArray row = output.getRow(r);
                correct += row.argMax().getInt(0) == batch.labels()[r] ? 1 : 0;
                loss -= Math.log(row.getDouble(batch.labels()[r]));
            }

            Evaluation evaluation = engine.evaluate(FlatParameters.of(network), batch);

            assertThat(evaluation.rows()).isEqualTo(50);
            assertThat(evaluation.correct()).isEqualTo(correct);
            assertThat(evaluation.lossSum()).isCloseTo(loss, within(1e-3));
        }
    }

    private static ComputationGraphConfiguration dense(DataType type, double dropOut) {
        return new NeuralNetConfiguration.Builder()
                .seed(3)
                .dataType(type)
                .updater(new Sgd(0.1))
                .activation(Activation.TANH)
                .graphBuilder()
                .addInputs("in")
                .addLayer("a", new DenseLayer.Builder().nIn(4).nOut(6).build(), "in")
                .addLayer(
                        "b",
                        new DenseLayer.Builder()
                                .nIn(6)
                                .nOut(5)
                                .dropOut(1 - dropOut)
                                .build(),
                        "a")
                .addLayer(
                        "out",
                        new OutputLayer.Builder()
                                .nIn(5)
                                .nOut(3)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "b")
                .setOutputs("out")
                .build();
    }

    private static LabelledBatch batch(int rows, long seed) {
        Random random = new Random(seed);
        float[] features = new float[rows * 4];
        int[] labels = new int[rows];
        for (int i = 0; i < features.length; i++) {
            features[i] = (float) random.nextGaussian();
        }
        for (int r = 0; r < rows; r++) {
            labels[r] = random.nextInt(3);
        }
        return new LabelledBatch(features, new int[] {4}, labels);
    }

    private static LabelledBatch slice(LabelledBatch batch, int from, int to) {
        return new LabelledBatch(
                Arrays.copyOfRange(batch.features(), from * 4, to * 4),
                batch.shape(),
                Arrays.copyOfRange(batch.labels(), from, to));
    }
}
