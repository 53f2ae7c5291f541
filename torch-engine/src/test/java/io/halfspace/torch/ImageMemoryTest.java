package io.halfspace.torch;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfspace.dl4j.Batch;
import io.halfspace.dl4j.BuiltinNetworks;
import io.halfspace.dl4j.FlatParameters;
import io.halfspace.dl4j.GradientEngine;
import io.halfspace.dl4j.Values;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Sgd;

/** How images lie in memory must not show, whatever steps take them into blocks, on in them, and out again. */
final class ImageMemoryTest {
    private static final int CASES = 60;
    private static final int ROWS = 3;
    private static final int CLASSES = 4;
    private static final double TOLERANCE = 2e-5;

    @TestFactory
    Stream<DynamicTest> randomNetworks_computeTheSameInEveryMemory() {
        return IntStream.range(0, CASES)
                .mapToObj(seed -> DynamicTest.dynamicTest("seed " + seed, () -> assertSame(seed)));
    }

    @Test
    void wideNetworks_areComputedInBlocks_narrowOnesWithChannelsInnermost() {
        assertThat(ImageMemory.of(builtin("resnet18"), TorchDevice.CPU)).isEqualTo(ImageMemory.BLOCKS);
        assertThat(ImageMemory.of(builtin("resnet20"), TorchDevice.CPU)).isEqualTo(ImageMemory.CHANNELS_INNERMOST);
        ComputationGraphConfiguration precise = builtin("resnet18");
        precise.setDataType(DataType.DOUBLE);
        assertThat(ImageMemory.of(precise, TorchDevice.CPU)).isEqualTo(ImageMemory.AS_GIVEN);
    }

    private static ComputationGraphConfiguration builtin(String name) {
        return BuiltinNetworks.configuration(name, new int[] {3, 32, 32}, CLASSES, 1, new Sgd(0.1), 0);
    }

    private static void assertSame(long seed) {
        Random random = new Random(seed);
        String json = new Drawing(random).network().toJson();
        ComputationGraph network = new ComputationGraph(ComputationGraphConfiguration.fromJson(json));
        network.init();
        float[] parameters = FlatParameters.of(network);
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] += (float) (0.1 * random.nextGaussian());
        }
        Values features = Chain.normal(random, ROWS, Drawing.CHANNELS, Drawing.SIDE, Drawing.SIDE);
        Batch batch = Batch.ofClasses(
                features.floats(),
                new int[] {Drawing.CHANNELS, Drawing.SIDE, Drawing.SIDE},
                random.ints(ROWS, 0, CLASSES).toArray(),
                CLASSES);
        Map<ImageMemory, EngineEquality.Computed> computed = new EnumMap<>(ImageMemory.class);
        for (ImageMemory images : ImageMemory.possible(network.getConfiguration(), TorchDevice.CPU)) {
            try (GradientEngine engine =
                    new TorchGradientEngine(ComputationGraphConfiguration.fromJson(json), TorchDevice.CPU, 1, images)) {
                computed.put(images, EngineEquality.Computed.by(engine, parameters, batch));
            }
        }
        EngineEquality.Computed expected = computed.get(ImageMemory.AS_GIVEN);
        computed.forEach((images, found) -> {
            EngineEquality.assertClose(
                    images + ", output",
                    expected.outputs().get(0).doubles(),
                    found.outputs().get(0).doubles(),
                    TOLERANCE);
            EngineEquality.assertClose(images + ", gradient", expected.gradient(), found.gradient(), TOLERANCE);
        });
    }

    /** A network of random steps, each of which reads one or two of the last results; the output reads all that is left. */
    private static final class Drawing {
        static final int CHANNELS = 3;
        static final int SIDE = 9;
        private static final int STEPS = 8;
        private static final int RECENT = 3;

        private final Random random;
        private final GraphBuilder graph;
        private final List<Result> results = new ArrayList<>();
        private final Set<String> read = new HashSet<>();

        /** Images that a step gives. */
        private record Result(String name, int channels, int side) {}

        Drawing(Random random) {
            this.random = random;
            graph = new NeuralNetConfiguration.Builder()
                    .seed(random.nextInt())
                    .updater(new Sgd(0.1))
                    .activation(Activation.IDENTITY)
                    .graphBuilder()
                    .addInputs("in")
                    .setInputTypes(InputType.convolutional(SIDE, SIDE, CHANNELS));
        }

        ComputationGraphConfiguration network() {
            results.add(new Result("in", CHANNELS, SIDE));
            convolve(recent());
            for (int step = 1; step < STEPS; step++) {
                Result from = recent();
                switch (random.nextInt(7)) {
                    case 0, 1 -> convolve(from);
                    case 2 -> normalise(from);
                    case 3 -> pool(from);
                    case 4 -> bend(from);
                    case 5 -> add(from);
                    default -> merge(from, recent());
                }
            }
            String[] ends = results.stream()
                    .map(Result::name)
                    .filter(name -> !read.contains(name))
                    .toArray(String[]::new);
            for (String end : ends) {
                graph.addLayer(end + "-pool", new GlobalPoolingLayer(PoolingType.AVG), end);
            }
            return graph.addVertex(
                            "ends",
                            new MergeVertex(),
                            Stream.of(ends).map(end -> end + "-pool").toArray(String[]::new))
                    .addLayer(
                            "out",
                            new OutputLayer.Builder()
                                    .nOut(CLASSES)
                                    .activation(Activation.SOFTMAX)
                                    .build(),
                            "ends")
                    .setOutputs("out")
                    .build();
        }

        private Result recent() {
            return results.get(results.size() - 1 - random.nextInt(Math.min(RECENT, results.size())));
        }

        /** What a convolution or pooling sees at once of images, and how far it goes. */
        private record Window(boolean same, int kernel, int stride) {
            ConvolutionMode mode() {
                return same ? ConvolutionMode.Same : ConvolutionMode.Truncate;
            }

            int side(Result from) {
                return same ? (from.side() + stride - 1) / stride : (from.side() - kernel) / stride + 1;
            }
        }

        private Window window(Result from) {
            boolean same = random.nextBoolean();
            int kernel = same || from.side() > 3 ? 1 + random.nextInt(3) : 1;
            int stride = from.side() > 3 ? 1 + random.nextInt(2) : 1;
            return new Window(same, kernel, stride);
        }

        private void convolve(Result from) {
            int channels = 1 + random.nextInt(20);
            Window window = window(from);
            Layer layer = new ConvolutionLayer.Builder(window.kernel(), window.kernel())
                    .nOut(channels)
                    .stride(window.stride(), window.stride())
                    .convolutionMode(window.mode())
                    .hasBias(random.nextBoolean())
                    .activation(List.of(Activation.IDENTITY, Activation.RELU, Activation.TANH)
                            .get(random.nextInt(3)))
                    .build();
            put(layer, from, channels, window.side(from));
        }

        private void normalise(Result from) {
            Layer layer = new BatchNormalization.Builder()
                    .lockGammaBeta(random.nextInt(4) == 0)
                    .build();
            put(layer, from, from.channels(), from.side());
        }

        private void pool(Result from) {
            Window window = window(from);
            PoolingType type = random.nextInt(3) == 0 && !window.same() ? PoolingType.AVG : PoolingType.MAX;
            Layer layer = new SubsamplingLayer.Builder(type)
                    .kernelSize(window.kernel(), window.kernel())
                    .stride(window.stride(), window.stride())
                    .convolutionMode(window.mode())
                    .build();
            put(layer, from, from.channels(), window.side(from));
        }

        private void bend(Result from) {
            Activation activation = random.nextInt(3) == 0 ? Activation.SIGMOID : Activation.RELU;
            put(new ActivationLayer(activation), from, from.channels(), from.side());
        }

        /** A sum with the last other result of the same shape; an activation if there is none. */
        private void add(Result from) {
            Result other = results.stream()
                    .filter(each -> each != from && each.channels() == from.channels() && each.side() == from.side())
                    .reduce((a, b) -> b)
                    .orElse(from);
            if (other == from) {
                bend(from);
                return;
            }
            String name = "add" + results.size();
            graph.addVertex(name, new ElementWiseVertex(ElementWiseVertex.Op.Add), from.name(), other.name());
            read.addAll(List.of(from.name(), other.name()));
            results.add(new Result(name, from.channels(), from.side()));
        }

        private void merge(Result from, Result other) {
            if (other == from || other.side() != from.side()) {
                convolve(from);
                return;
            }
            String name = "merge" + results.size();
            graph.addVertex(name, new MergeVertex(), from.name(), other.name());
            read.addAll(List.of(from.name(), other.name()));
            results.add(new Result(name, from.channels() + other.channels(), from.side()));
        }

        /** One in six layers is frozen, with or without gradients for those before it. */
        private void put(Layer layer, Result from, int channels, int side) {
            String name = layer.getClass().getSimpleName() + results.size();
            Layer placed = switch (random.nextInt(12)) {
                case 0 -> new FrozenLayer.Builder().layer(layer).build();
                case 1 -> new FrozenLayerWithBackprop(layer);
                default -> layer;
            };
            graph.addLayer(name, placed, from.name());
            read.add(from.name());
            results.add(new Result(name, channels, side));
        }
    }
}
