package io.halfspace.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.lossfunctions.LossFunctions;

final class Dl4jGradientEngineTest {
    private static final double STEP = 1e-6;

    /** Central differences of the summed loss, in double. */
    @Test
    void gradient_isTheDerivativeOfTheSummedLoss() {
        assertGradientIsDerivative(dense(DataType.DOUBLE, 0), batch(7, 1));
    }

    /** A masked sequence and plain features in, dense labels of steps and one class an example out. */
    @Test
    void gradient_ofSeveralMaskedInputsAndOutputsIsTheDerivative() {
        assertGradientIsDerivative(twoByTwo(), sequences(1));
    }

    @Test
    void evaluation_leavesMaskedStepsOut() {
        ComputationGraph network = new ComputationGraph(twoByTwo());
        network.init();
        float[] parameters = FlatParameters.of(network);
        try (Dl4jGradientEngine engine =
                new Dl4jGradientEngine(network.getConfiguration().toJson())) {
            Batch batch = sequences(1);
            Evaluation evaluation = engine.evaluate(parameters, batch);
            float[] labels = ((Target.Dense) batch.targets().get(0)).values().floats();
            labels[4] += 100;
            Evaluation masked = engine.evaluate(parameters, batch);
            labels[0] += 100;
            Evaluation present = engine.evaluate(parameters, batch);

            assertThat(evaluation.rows()).isEqualTo(2);
            assertThat(evaluation.labels()).isEqualTo(2);
            assertThat(evaluation.lossSum())
                    .isCloseTo(engine.gradient(parameters, sequences(1), 0).lossSum(), within(1e-6));
            assertThat(masked.lossSum()).isEqualTo(evaluation.lossSum());
            assertThat(present.lossSum()).isGreaterThan(evaluation.lossSum() + 100);
        }
    }

    private static void assertGradientIsDerivative(ComputationGraphConfiguration configuration, Batch batch) {
        ComputationGraph network = new ComputationGraph(configuration);
        Dl4jGradientEngine engine = new Dl4jGradientEngine(network);
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
                new Dl4jGradientEngine(dense(DataType.FLOAT, 0).toJson())) {
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

    /** Without miniBatch, Deeplearning4j's score is a sum where it otherwise is a mean. */
    @Test
    void lossSum_doesNotDependOnWhatTheScoreIs() {
        ComputationGraphConfiguration mean = dense(DataType.DOUBLE, 0);
        mean.getVertices()
                .values()
                .forEach(vertex -> ((BaseLayer)
                                ((LayerVertex) vertex).getLayerConf().getLayer())
                        .setRegularization(List.of(new L2Regularization(0.3))));
        ComputationGraphConfiguration sum = mean.clone();
        sum.getVertices()
                .values()
                .forEach(vertex -> ((LayerVertex) vertex).getLayerConf().setMiniBatch(false));
        ComputationGraph network = new ComputationGraph(mean.clone());
        network.init();
        float[] parameters = FlatParameters.of(network);
        try (Dl4jGradientEngine one = new Dl4jGradientEngine(mean.toJson());
                Dl4jGradientEngine other = new Dl4jGradientEngine(sum.toJson())) {
            GradientSum expected = one.gradient(parameters, batch(8, 1), 0);
            GradientSum actual = other.gradient(parameters, batch(8, 1), 0);

            assertThat(actual.lossSum()).isCloseTo(expected.lossSum(), within(1e-9));
            assertThat(actual.gradient()).containsExactly(expected.gradient());
        }
    }

    @Test
    void dropout_hasTheSameBitsForTheSameSeed() {
        try (Dl4jGradientEngine engine =
                new Dl4jGradientEngine(dense(DataType.FLOAT, 0.5).toJson())) {
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
                new Dl4jGradientEngine(dense(DataType.FLOAT, 0).toJson())) {
            ComputationGraph network = new ComputationGraph(dense(DataType.FLOAT, 0));
            network.init();
            Batch batch = batch(50, 3);
            INDArray output =
                    network.outputSingle(false, batch.inputs().get(0).values().toArray());
            int[] labels = labels(batch);
            long correct = 0;
            double loss = 0;
            for (int r = 0; r < 50; r++) {
                INDArray row = output.getRow(r);
                correct += row.argMax().getInt(0) == labels[r] ? 1 : 0;
                loss -= Math.log(row.getDouble(labels[r]));
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

    private static ComputationGraphConfiguration twoByTwo() {
        return new NeuralNetConfiguration.Builder()
                .seed(3)
                .dataType(DataType.DOUBLE)
                .updater(new Sgd(0.1))
                .activation(Activation.TANH)
                .graphBuilder()
                .addInputs("steps", "plain")
                .addLayer("lstm", new LSTM.Builder().nIn(2).nOut(3).build(), "steps")
                .addLayer(
                        "each",
                        new RnnOutputLayer.Builder(LossFunctions.LossFunction.MSE)
                                .nIn(3)
                                .nOut(2)
                                .activation(Activation.IDENTITY)
                                .build(),
                        "lstm")
                .addVertex("last", new LastTimeStepVertex("steps"), "lstm")
                .addVertex("both", new MergeVertex(), "last", "plain")
                .addLayer(
                        "whole",
                        new OutputLayer.Builder()
                                .nIn(5)
                                .nOut(3)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "both")
                .setOutputs("each", "whole")
                .setInputTypes(InputType.recurrent(2), InputType.feedForward(2))
                .build();
    }

    /** Two examples of five and three steps. */
    private static Batch sequences(long seed) {
        Random random = new Random(seed);
        float[] steps = new float[2 * 2 * 5];
        float[] plain = new float[2 * 2];
        float[] labels = new float[2 * 2 * 5];
        for (float[] each : List.of(steps, plain, labels)) {
            for (int i = 0; i < each.length; i++) {
                each[i] = (float) random.nextGaussian();
            }
        }
        Optional<Values> present = Optional.of(Values.of(new float[] {1, 1, 1, 0, 0, 1, 1, 1, 1, 1}, 2, 5));
        return new Batch(
                List.of(
                        new Batch.Input(Values.of(steps, 2, 2, 5), present),
                        new Batch.Input(Values.of(plain, 2, 2), Optional.empty())),
                List.of(
                        new Target.Dense(Values.of(labels, 2, 2, 5), present),
                        new Target.Classes(new int[] {2, 0}, new int[] {2}, 3, Optional.empty())));
    }

    private static Batch batch(int rows, long seed) {
        Random random = new Random(seed);
        float[] features = new float[rows * 4];
        int[] labels = new int[rows];
        for (int i = 0; i < features.length; i++) {
            features[i] = (float) random.nextGaussian();
        }
        for (int r = 0; r < rows; r++) {
            labels[r] = random.nextInt(3);
        }
        return Batch.ofClasses(features, new int[] {4}, labels, 3);
    }

    private static Batch slice(Batch batch, int from, int to) {
        return Batch.ofClasses(
                Arrays.copyOfRange(batch.inputs().get(0).values().floats(), from * 4, to * 4),
                new int[] {4},
                Arrays.copyOfRange(labels(batch), from, to),
                3);
    }

    private static int[] labels(Batch batch) {
        return ((Target.Classes) batch.targets().get(0)).indices();
    }
}
