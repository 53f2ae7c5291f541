package io.halfspace.torch;

import io.halfspace.dl4j.Batch;
import io.halfspace.dl4j.BuiltinNetworks;
import io.halfspace.dl4j.FlatParameters;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * A network that engines are measured on, with its parameters and examples; {@code pytorch_benchmark.py} draws the same.
 *
 * @param name what the command line calls it
 * @param configurationJson as Deeplearning4j writes it
 * @param parameters fresh ones, the same every time
 * @param shape shape of one example
 */
record BenchmarkNetwork(String name, String configurationJson, float[] parameters, int[] shape) {
    /** Those that {@code docs/benchmarks.md} reports. */
    static final List<String> NAMES = List.of("resnet20", "resnet18", "vgg16-bn", "dense", "lstm");

    private static final int CLASSES = 10;
    private static final int SEED = 1;
    private static final int[] VECTOR = {784};
    private static final int[] SEQUENCE = {32, 50};
    private static final int[] LONG_SEQUENCE = {32, 400};

    /** A network by its name: one of {@link #NAMES} or a built-in one. */
    static BenchmarkNetwork of(String name) {
        int[] shape = shape(name);
        ComputationGraph network = new ComputationGraph(configuration(name, shape));
        network.init();
        try {
            return new BenchmarkNetwork(name, network.getConfiguration().toJson(), FlatParameters.of(network), shape);
        } finally {
            network.close();
        }
    }

    /** Random examples, the same every time. */
    Batch batch(int rows) {
        Random random = new Random(SEED);
        int width = 1;
        for (int size : shape) {
            width *= size;
        }
        float[] features = new float[Math.multiplyExact(rows, width)];
        for (int i = 0; i < features.length; i++) {
            features[i] = random.nextFloat() - 0.5f;
        }
        int[] labels = new int[rows];
        for (int r = 0; r < rows; r++) {
            labels[r] = r % CLASSES;
        }
        return Batch.ofClasses(features, shape, labels, CLASSES);
    }

    private static int[] shape(String name) {
        return switch (name) {
            case "dense" -> VECTOR;
            case "lstm" -> SEQUENCE;
            case "lstm-long" -> LONG_SEQUENCE;
            default ->
                BuiltinNetworks.usualInput(name)
                        .orElseThrow(() -> new IllegalArgumentException(
                                "Cannot measure network '%s': there is none of that name, expected dense, lstm, lstm-long or one of %s"
                                        .formatted(name, String.join(", ", BuiltinNetworks.names()))));
        };
    }

    private static ComputationGraphConfiguration configuration(String name, int[] shape) {
        var empty = new NeuralNetConfiguration.Builder()
                .seed(SEED)
                .updater(new Sgd())
                .graphBuilder()
                .addInputs("input");
        return switch (name) {
            case "dense" ->
                empty.setInputTypes(InputType.feedForward(VECTOR[0]))
                        .addLayer("dense1", dense(), "input")
                        .addLayer("dense2", dense(), "dense1")
                        .addLayer("output", output(), "dense2")
                        .setOutputs("output")
                        .build();
            case "lstm", "lstm-long" ->
                empty.setInputTypes(InputType.recurrent(shape[0], shape[1]))
                        .addLayer(
                                "lstm",
                                new LastTimeStep(new LSTM.Builder()
                                        .nOut(128)
                                        .activation(Activation.TANH)
                                        .build()),
                                "input")
                        .addLayer("output", output(), "lstm")
                        .setOutputs("output")
                        .build();
            default -> BuiltinNetworks.configuration(name, shape, CLASSES, SEED, new Sgd(), 0);
        };
    }

    private static DenseLayer dense() {
        return new DenseLayer.Builder().nOut(1024).activation(Activation.RELU).build();
    }

    private static OutputLayer output() {
        return new OutputLayer.Builder()
                .nOut(CLASSES)
                .activation(Activation.SOFTMAX)
                .build();
    }
}
