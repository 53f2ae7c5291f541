package io.halfspace.torch;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfspace.dl4j.Batch;
import io.halfspace.dl4j.Dl4jGradientEngine;
import io.halfspace.dl4j.FlatParameters;
import io.halfspace.dl4j.GradientEngine;
import io.halfspace.dl4j.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Asserts that libtorch and Deeplearning4j compute the same for a network: gradient, score and outputs, in double and single
 * precision, each parameter judged against its own largest value, however images lie in libtorch's memory.
 */
final class EngineEquality {
    private static final double DOUBLE_TOLERANCE = 1e-10;
    private static final double ROUNDED_TOLERANCE = 2e-7;
    static final double FLOAT_TOLERANCE = 1e-5;
    /** Gradients that are zero but for rounding are judged against this share of the largest gradient of the network. */
    private static final double FLOOR = 1e-2;

    private static final long DROPOUT_SEED = 5;

    private EngineEquality() {}

    /** Compares in both precisions. */
    static void assertEqual(Function<DataType, ComputationGraphConfiguration> network, Batch batch, long seed) {
        assertEqual(network, batch, seed, FLOAT_TOLERANCE);
    }

    static void assertEqual(
            Function<DataType, ComputationGraphConfiguration> network, Batch batch, long seed, double floatTolerance) {
        assertEqual(network.apply(DataType.DOUBLE), batch, seed, DOUBLE_TOLERANCE);
        assertEqual(network.apply(DataType.FLOAT), batch, seed, floatTolerance);
    }

    /** For what Deeplearning4j computes in single precision even in networks of double precision. */
    static void assertEqualButRounded(
            Function<DataType, ComputationGraphConfiguration> network, Batch batch, long seed) {
        assertEqual(network.apply(DataType.DOUBLE), batch, seed, ROUNDED_TOLERANCE);
        assertEqual(network.apply(DataType.FLOAT), batch, seed, FLOAT_TOLERANCE);
    }

    static void assertEqual(ComputationGraphConfiguration configuration, Batch batch, long seed, double tolerance) {
        String json = configuration.toJson();
        ComputationGraph network = new ComputationGraph(configuration);
        network.init();
        List<Parameter> table = new ParameterTable(network).all();
        float[] parameters = FlatParameters.of(network);
        Random random = new Random(seed);
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] += (float) (0.1 * random.nextGaussian());
        }
        assertEqual(json, table, parameters, batch, scoreMixesAxes(configuration), tolerance);
    }

    /** For a network with parameters of its own. */
    static void assertEqual(ComputationGraph network, Batch batch, double tolerance) {
        assertEqual(
                network.getConfiguration().toJson(),
                new ParameterTable(network).all(),
                FlatParameters.of(network),
                batch,
                scoreMixesAxes(network.getConfiguration()),
                tolerance);
    }

    private static void assertEqual(
            String json,
            List<Parameter> table,
            float[] parameters,
            Batch batch,
            boolean scoreMixesAxes,
            double tolerance) {
        // Not closed: that collects all garbage, which takes longer than the rest.
        GradientEngine reference = new Dl4jGradientEngine(json);
        Computed expected = Computed.by(reference, parameters, batch);
        for (ImageMemory images : ImageMemory.possible(ComputationGraphConfiguration.fromJson(json), TorchDevice.CPU)) {
            try (GradientEngine engine =
                    new TorchGradientEngine(ComputationGraphConfiguration.fromJson(json), TorchDevice.CPU, 1, images)) {
                assertEqual(expected, Computed.by(engine, parameters, batch), images, table, scoreMixesAxes, tolerance);
            }
        }
    }

    /** What an engine makes of a batch. */
    record Computed(List<Values> outputs, double lossSum, double[] gradient) {
        static Computed by(GradientEngine engine, float[] parameters, Batch batch) {
            return new Computed(
                    engine.outputs(parameters, batch),
                    engine.gradient(parameters, batch, DROPOUT_SEED).lossSum(),
                    engine.preciseGradient(parameters, batch, DROPOUT_SEED));
        }
    }

    private static void assertEqual(
            Computed expected,
            Computed actual,
            ImageMemory images,
            List<Parameter> table,
            boolean scoreMixesAxes,
            double tolerance) {
        assertThat(actual.outputs()).hasSameSizeAs(expected.outputs());
        for (int i = 0; i < expected.outputs().size(); i++) {
            Values right = expected.outputs().get(i);
            Values ours = actual.outputs().get(i);
            assertThat(ours.shape())
                    .as("shape of output %d, images %s", i, images)
                    .isEqualTo(right.shape());
            assertClose("output %d, images %s".formatted(i, images), right.doubles(), ours.doubles(), tolerance);
        }
        if (!scoreMixesAxes) {
            assertClose(
                    "score, images " + images,
                    new double[] {expected.lossSum()},
                    new double[] {actual.lossSum()},
                    Math.max(tolerance, 1e-10));
        }
        assertGradients(images, table, expected.gradient(), actual.gradient(), tolerance);
    }

    /** Deeplearning4j's score, not its gradient, takes the channels of images with channels last for their height. */
    private static boolean scoreMixesAxes(ComputationGraphConfiguration configuration) {
        return configuration.getVertices().values().stream()
                .anyMatch(vertex -> vertex instanceof LayerVertex layerVertex
                        && layerVertex.getLayerConf().getLayer() instanceof CnnLossLayer loss
                        && loss.getFormat() == CNN2DFormat.NHWC);
    }

    private static void assertGradients(
            ImageMemory images, List<Parameter> table, double[] expected, double[] actual, double tolerance) {
        double largest = scale(expected, 0, expected.length);
        assertThat(largest).as("largest gradient").isPositive();
        List<String> wrong = new ArrayList<>();
        for (Parameter each : table) {
            int to = each.offset() + each.length();
            double scale = Math.max(scale(expected, each.offset(), to), FLOOR * largest);
            double difference = 0;
            for (int i = each.offset(); i < to; i++) {
                difference = Math.max(difference, Math.abs(expected[i] - actual[i]));
            }
            if (!(difference <= tolerance * scale)) {
                wrong.add("parameter %d (%s, at %d): %.3g of %.3g, first values %s, expected %s"
                        .formatted(
                                each.index(),
                                each.key(),
                                each.offset(),
                                difference,
                                scale,
                                head(actual, each.offset(), to),
                                head(expected, each.offset(), to)));
            }
        }
        assertThat(wrong)
                .as("gradients that differ by more than %s, images %s", tolerance, images)
                .isEmpty();
    }

    static void assertClose(String what, double[] expected, double[] actual, double tolerance) {
        assertThat(actual).as(what).hasSameSizeAs(expected);
        double scale = scale(expected, 0, expected.length);
        for (int i = 0; i < expected.length; i++) {
            if (!(Math.abs(expected[i] - actual[i]) <= tolerance * scale)) {
                throw new AssertionError("%s at %d: found %s, expected %s within %s of %s; first values %s, expected %s"
                        .formatted(
                                what,
                                i,
                                actual[i],
                                expected[i],
                                tolerance,
                                scale,
                                head(actual, 0, actual.length),
                                head(expected, 0, expected.length)));
            }
        }
    }

    private static List<Double> head(double[] values, int from, int to) {
        List<Double> first = new ArrayList<>();
        for (int i = from; i < Math.min(to, from + 6); i++) {
            first.add(values[i]);
        }
        return first;
    }

    private static double scale(double[] values, int from, int to) {
        double largest = 0;
        for (int i = from; i < to; i++) {
            largest = Math.max(largest, Math.abs(values[i]));
        }
        return largest;
    }
}
