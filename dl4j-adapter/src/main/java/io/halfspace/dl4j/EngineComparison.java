package io.halfspace.dl4j;

import java.util.List;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;

/**
 * How far an engine is from Deeplearning4j on one batch, in double precision, where a relu's kink or a near tie cannot turn
 * rounding into a difference. Whatever is random in training is left out, because engines draw other numbers.
 *
 * <p>Differences of a part are relative to its largest value, or to {@value #FLOOR} of the largest of all where that is more:
 * a gradient that is zero but for rounding (a bias before batch-norm) has no scale of its own.
 *
 * @param part what differs most: a parameter of a layer, or an output
 * @param difference largest difference of that part, relative; NaN if a value is not a number
 * @param reference Deeplearning4j's gradient, in the order of the flat parameters
 * @param calmJson the network's configuration in its own precision, with nothing random: what {@link #distance} takes the
 *     gradient of
 */
public record EngineComparison(String part, double difference, double[] reference, String calmJson) {
    /** Engines whose differences are larger do not compute the same. */
    public static final double TOLERANCE = 1e-8;

    private static final double FLOOR = 1e-4;

    /**
     * Compares gradients, steps of running statistics, and outputs in inference mode.
     *
     * @param configurationJson configuration of the network; its precision does not matter
     * @param parameters the flat parameters; not modified
     * @param batch a few real examples: Deeplearning4j has no fast kernels for double precision; not modified
     * @param engine opens the engine in question for a configuration in double precision; closed afterwards
     */
    public static EngineComparison of(
            String configurationJson, float[] parameters, Batch batch, Function<String, GradientEngine> engine) {
        ComputationGraphConfiguration calm =
                CalmConfiguration.of(ComputationGraphConfiguration.fromJson(configurationJson));
        ComputationGraphConfiguration precise = CalmConfiguration.inDoublePrecision(calm);
        ComputationGraph network = new ComputationGraph(precise);
        try (Dl4jGradientEngine expected = new Dl4jGradientEngine(network);
                GradientEngine actual = engine.apply(precise.toJson())) {
            double[] gradient = expected.preciseGradient(parameters, batch, 0);
            Worst worst = new Worst();
            compareGradients(network, gradient, actual.preciseGradient(parameters, batch, 0), worst);
            List<Values> expectedOutputs = expected.outputs(parameters, batch);
            List<Values> actualOutputs = actual.outputs(parameters, batch);
            for (int i = 0; i < expectedOutputs.size(); i++) {
                worst.add(
                        "output '%s'".formatted(precise.getNetworkOutputs().get(i)),
                        expectedOutputs.get(i).doubles(),
                        actualOutputs.get(i).doubles());
            }
            return new EngineComparison(worst.part, worst.difference, gradient, calm.toJson());
        }
    }

    /** Whether the engines compute the same. */
    public boolean passed() {
        return difference <= TOLERANCE;
    }

    /**
     * How far a rounded gradient is from the reference: length of the difference over the length of the reference. Relu
     * kinks make this some tenths of a per cent in single precision, so that it shows gross faults only.
     */
    public double distance(float[] gradient) {
        double apart = 0;
        double length = 0;
        for (int i = 0; i < reference.length; i++) {
            apart += (gradient[i] - reference[i]) * (gradient[i] - reference[i]);
            length += reference[i] * reference[i];
        }
        return apart == 0 ? 0 : Math.sqrt(apart / length);
    }

    private static void compareGradients(ComputationGraph network, double[] expected, double[] actual, Worst worst) {
        double floor = FLOOR * largest(expected, 0, expected.length);
        int from = 0;
        for (GraphVertex vertex : FlatParameters.trainables(network)) {
            for (var entry : vertex.paramTable(false).entrySet()) {
                int to = from + (int) entry.getValue().length();
                String name = "layer '%s', parameter %s".formatted(vertex.getVertexName(), entry.getKey());
                worst.add(name, expected, actual, from, to, floor);
                from = to;
            }
        }
    }

    private static double largest(double[] values, int from, int to) {
        double largest = 0;
        for (int i = from; i < to; i++) {
            largest = Math.max(largest, Math.abs(values[i]));
        }
        return largest;
    }

    /** Keeps the part that differs most. */
    private static final class Worst {
        private String part = "nothing";
        private double difference;

        void add(String name, double[] expected, double[] actual) {
            if (expected.length != actual.length) {
                part = name;
                difference = Double.NaN;
                return;
            }
            add(name, expected, actual, 0, expected.length, 0);
        }

        void add(String name, double[] expected, double[] actual, int from, int to, double floor) {
            double apart = 0;
            for (int i = from; i < to; i++) {
                // Math.max hands NaN on.
                apart = Math.max(apart, Math.abs(expected[i] - actual[i]));
            }
            double relative = apart == 0 ? 0 : apart / Math.max(floor, largest(expected, from, to));
            if (!(relative <= difference) && !Double.isNaN(difference)) {
                part = name;
                difference = relative;
            }
        }
    }
}
