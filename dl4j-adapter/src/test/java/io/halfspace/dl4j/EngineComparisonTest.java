package io.halfspace.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;

final class EngineComparisonTest {
    private static final int[] SHAPE = {2, 5, 5};
    private static final int ROWS = 4;

    @Test
    void sameEngine_doesNotDiffer_whateverIsRandomInTraining() {
        EngineComparison comparison = compare(gradient -> gradient, 0);

        assertThat(comparison.difference()).isZero();
        assertThat(comparison.passed()).isTrue();
    }

    @Test
    void wrongGradient_namesItsLayerAndParameter() {
        Range gamma = range("bn", "gamma");
        EngineComparison comparison = compare(
                gradient -> {
                    gradient[gamma.from] *= 1 + 1e-6;
                    return gradient;
                },
                0);

        assertThat(comparison.part()).isEqualTo("layer 'bn', parameter gamma");
        assertThat(comparison.passed()).isFalse();
    }

    @Test
    void wrongStatistics_areNotDrownedByLargeGradients() {
        Range deviation = range("bn", "log10stdev");
        EngineComparison comparison = compare(
                gradient -> {
                    for (int i = deviation.from; i < deviation.to; i++) {
                        gradient[i] *= 1 + 1e-6;
                    }
                    return gradient;
                },
                0);

        assertThat(comparison.part()).isEqualTo("layer 'bn', parameter log10stdev");
        assertThat(comparison.passed()).isFalse();
    }

    @Test
    void valueThatIsNoNumber_isADifference() {
        EngineComparison comparison = compare(
                gradient -> {
                    gradient[gradient.length - 1] = Double.NaN;
                    return gradient;
                },
                0);

        assertThat(comparison.part()).isEqualTo("layer 'output', parameter b");
        assertThat(comparison.passed()).isFalse();
    }

    @Test
    void wrongOutput_isNamed() {
        EngineComparison comparison = compare(gradient -> gradient, 1e-6);

        assertThat(comparison.part()).isEqualTo("output 'output'");
        assertThat(comparison.passed()).isFalse();
    }

    @Test
    void distance_isRelativeToTheWholeGradient() {
        EngineComparison comparison = compare(gradient -> gradient, 0);
        float[] doubled = new float[comparison.reference().length];
        for (int i = 0; i < doubled.length; i++) {
            doubled[i] = (float) (2 * comparison.reference()[i]);
        }

        assertThat(comparison.distance(doubled)).isBetween(0.9999, 1.0001);
        try (Dl4jGradientEngine engine = new Dl4jGradientEngine(comparison.calmJson())) {
            float[] rounded =
                    engine.gradient(FlatParameters.of(network()), batch(), 0).gradient();
            assertThat(comparison.distance(rounded)).isBetween(1e-9, 1e-4);
        }
    }

    private static EngineComparison compare(UnaryOperator<double[]> wrong, double outputError) {
        return EngineComparison.of(
                network().getConfiguration().toJson(),
                FlatParameters.of(network()),
                batch(),
                json -> new WrongEngine(new Dl4jGradientEngine(json), wrong, outputError));
    }

    private record Range(int from, int to) {}

    private static Range range(String layer, String parameter) {
        int from = 0;
        for (var vertex : FlatParameters.trainables(network())) {
            for (var entry : vertex.paramTable(false).entrySet()) {
                int to = from + (int) entry.getValue().length();
                if (vertex.getVertexName().equals(layer) && entry.getKey().equals(parameter)) {
                    return new Range(from, to);
                }
                from = to;
            }
        }
        throw new IllegalArgumentException(layer + " " + parameter);
    }

    private static ComputationGraph network() {
        ComputationGraphConfiguration configuration = new NeuralNetConfiguration.Builder()
                .seed(3)
                .activation(Activation.RRELU)
                .weightNoise(new DropConnect(0.7))
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.convolutional(SHAPE[1], SHAPE[2], SHAPE[0]))
                .addLayer(
                        "conv",
                        new ConvolutionLayer.Builder(3, 3)
                                .nOut(4)
                                .dropOut(new Dropout(0.5))
                                .build(),
                        "in")
                .addLayer("bn", new BatchNormalization(), "conv")
                .addLayer(
                        "output",
                        new OutputLayer.Builder()
                                .nOut(3)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "bn")
                .setOutputs("output")
                .build();
        ComputationGraph network = new ComputationGraph(configuration);
        network.init();
        return network;
    }

    private static Batch batch() {
        Random random = new Random(8);
        float[] features = new float[ROWS * 50];
        for (int i = 0; i < features.length; i++) {
            features[i] = (float) random.nextGaussian();
        }
        return Batch.ofClasses(features, SHAPE, new int[] {0, 1, 2, 1}, 3);
    }

    /** Deeplearning4j with an error of a known size. */
    private record WrongEngine(GradientEngine engine, UnaryOperator<double[]> wrong, double outputError)
            implements GradientEngine {
        @Override
        public FloatBuffer parameters() {
            return engine.parameters();
        }

        @Override
        public FloatBuffer gradient() {
            return engine.gradient();
        }

        @Override
        public double differentiate(Batch batch, long seed) {
            return engine.differentiate(batch, seed);
        }

        @Override
        public double[] preciseGradient(Batch batch, long seed) {
            return wrong.apply(engine.preciseGradient(batch, seed));
        }

        @Override
        public List<Values> outputs(float[] parameters, Batch batch) {
            return engine.outputs(parameters, batch).stream()
                    .map(values -> Values.of(
                            Arrays.stream(values.doubles())
                                    .map(value -> value * (1 + outputError))
                                    .toArray(),
                            values.shape()))
                    .toList();
        }

        @Override
        public Inference inference() {
            return engine.inference();
        }

        @Override
        public void close() {
            engine.close();
        }
    }
}
