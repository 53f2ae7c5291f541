package io.halfspace.torch;

import io.halfspace.dl4j.Batch;
import io.halfspace.dl4j.Target;
import io.halfspace.dl4j.Values;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.L2Vertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PoolHelperVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.graph.UnstackVertex;
import org.deeplearning4j.nn.conf.graph.rnn.DuplicateToTimeSeriesVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.graph.rnn.ReverseTimeSeriesVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SpaceToBatchLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.CnnToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.ComposableInputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToCnnPreProcessor;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** Vertices that join and split, networks of several inputs and outputs, and masks through them. */
@SuppressWarnings("rawtypes") // Deeplearning4j's builders are.
final class VertexEqualityTest {
    @TestFactory
    Stream<DynamicTest> joints() {
        Cases cases = new Cases();
        for (ElementWiseVertex.Op op : ElementWiseVertex.Op.values()) {
            joint(cases, "element-wise " + op, new ElementWiseVertex(op));
        }
        joint(cases, "merge", new MergeVertex());
        joint(cases, "distance", new L2Vertex());
        for (CNN2DFormat format : CNN2DFormat.values()) {
            images(cases, "merged images " + format, new MergeVertex(), format);
            images(cases, "added images " + format, new ElementWiseVertex(ElementWiseVertex.Op.Add), format);
        }
        return cases.tests();
    }

    @TestFactory
    Stream<DynamicTest> ofOneInput() {
        Cases cases = new Cases();
        single(cases, "subset", new SubsetVertex(1, 2));
        single(cases, "scale", new ScaleVertex(0.25));
        single(cases, "shift", new ShiftVertex(0.5));
        single(cases, "unit length", new L2NormalizeVertex());
        single(cases, "preprocessor", new PreprocessorVertex(new FeedForwardToCnnPreProcessor(2, 2, 1)));
        cases.put(
                "chain of preprocessors",
                8,
                () -> check(
                        8,
                        graph -> graph.addInputs("a")
                                .setInputTypes(InputType.feedForward(12))
                                .addLayer("dense", dense(12), "a")
                                .addLayer("wide", dense(4), "dense")
                                .inputPreProcessor(
                                        "wide",
                                        new ComposableInputPreProcessor(
                                                new FeedForwardToCnnPreProcessor(2, 3, 2),
                                                new CnnToFeedForwardPreProcessor(2, 3, 2)))
                                .addLayer("out", output(), "wide")
                                .setOutputs("out"),
                        Optional.empty(),
                        new int[] {3, 12}));
        cases.put(
                "pool helper",
                9,
                () -> check(
                        9,
                        graph -> graph.addInputs("a")
                                .setInputTypes(InputType.convolutional(6, 6, 2))
                                .addLayer("convolution", convolution(CNN2DFormat.NCHW), "a")
                                .addVertex("helper", new PoolHelperVertex(), "convolution")
                                .addLayer("last", convolution(CNN2DFormat.NCHW), "helper")
                                .addLayer("pooled", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), "last")
                                .addLayer("out", output(), "pooled")
                                .setOutputs("out"),
                        Optional.empty(),
                        new int[] {3, 2, 6, 6}));
        cases.put(
                "frozen vertex beside a path that learns",
                10,
                () -> check(
                        10,
                        graph -> graph.addInputs("a")
                                .setInputTypes(InputType.feedForward(3))
                                .addLayer("dense", dense(4), "a")
                                .addVertex("frozen", new FrozenVertex(new ScaleVertex(0.25)), "dense")
                                .addLayer("other", dense(4), "dense")
                                .addVertex("both", new MergeVertex(), "frozen", "other")
                                .addLayer("out", output(), "both")
                                .setOutputs("out"),
                        Optional.empty(),
                        new int[] {3, 3}));
        // Relu may overwrite what flows in only where nobody else reads it.
        for (CNN2DFormat format : CNN2DFormat.values()) {
            cases.put(
                    "activation of what others read, too " + format,
                    11,
                    () -> check(
                            11,
                            graph -> graph.addInputs("a")
                                    .setInputTypes(InputType.convolutional(5, 5, 2, format))
                                    .addLayer("convolution", convolution(format), "a")
                                    .addLayer("normal", normal(format), "convolution")
                                    .addLayer("relu", activation(Activation.RELU), "normal")
                                    .addLayer("tanh", activation(Activation.TANH), "normal")
                                    .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "relu", "normal")
                                    .addLayer("bent", activation(Activation.RELU), "sum")
                                    .addLayer("again", activation(Activation.SIGMOID), "bent")
                                    .addVertex(
                                            "product",
                                            new ElementWiseVertex(ElementWiseVertex.Op.Product),
                                            "again",
                                            "bent",
                                            "tanh")
                                    .addLayer("alone", activation(Activation.IDENTITY), "product")
                                    .addLayer("last", activation(Activation.TANH), "alone")
                                    .addLayer("pooled", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), "last")
                                    .addLayer("out", output(), "pooled")
                                    .setOutputs("out"),
                            Optional.empty(),
                            format == CNN2DFormat.NCHW ? new int[] {3, 2, 5, 5} : new int[] {3, 5, 5, 2}));
        }
        cases.put(
                "stack and unstack",
                3,
                () -> check(
                        3,
                        graph -> graph.addInputs("a", "b")
                                .setInputTypes(InputType.feedForward(3), InputType.feedForward(3))
                                .addVertex("stack", new StackVertex(), "a", "b")
                                .addLayer("tied", dense(4), "stack")
                                .addVertex("first", new UnstackVertex(0, 2), "tied")
                                .addVertex("second", new UnstackVertex(1, 2), "tied")
                                .addVertex(
                                        "both", new ElementWiseVertex(ElementWiseVertex.Op.Subtract), "first", "second")
                                .addLayer("out", output(), "both")
                                .setOutputs("out"),
                        Optional.empty(),
                        new int[] {3, 3},
                        new int[] {3, 3}));
        cases.put(
                "reshape",
                4,
                () -> check(
                        4,
                        graph -> graph.addInputs("a")
                                .addLayer(
                                        "dense",
                                        new DenseLayer.Builder().nIn(3).nOut(4).build(),
                                        "a")
                                .addVertex("shape", new ReshapeVertex('c', new int[] {6, 2}, null), "dense")
                                .addVertex("back", new ReshapeVertex('c', new int[] {3, 4}, null), "shape")
                                .addLayer(
                                        "out",
                                        new OutputLayer.Builder(LossFunctions.LossFunction.MSE)
                                                .nIn(4)
                                                .nOut(2)
                                                .activation(Activation.TANH)
                                                .build(),
                                        "back")
                                .setOutputs("out"),
                        Optional.empty(),
                        new int[] {3, 3}));
        return cases.tests();
    }

    @TestFactory
    Stream<DynamicTest> examplesOfPositions() {
        Cases cases = new Cases();
        for (CNN2DFormat format : CNN2DFormat.values()) {
            InputType input = InputType.convolutional(6, 7, 2, format);
            cases.put(
                    "space to batch " + format,
                    11,
                    () -> check(
                            11,
                            graph -> graph.addInputs("a")
                                    .setInputTypes(input)
                                    .addLayer("convolution", convolution(format), "a")
                                    .addLayer(
                                            "apart",
                                            new SpaceToBatchLayer.Builder(
                                                            new int[] {2, 3}, new int[][] {{1, 0}, {1, 2}})
                                                    .dataFormat(format)
                                                    .build(),
                                            "convolution")
                                    .addLayer("last", convolution(format), "apart")
                                    .addVertex("first", new UnstackVertex(1, 6), "last")
                                    .addVertex("second", new UnstackVertex(4, 6), "last")
                                    .addVertex(
                                            "both",
                                            new ElementWiseVertex(ElementWiseVertex.Op.Subtract),
                                            "first",
                                            "second")
                                    .addLayer(
                                            "pooled",
                                            new GlobalPoolingLayer.Builder(PoolingType.AVG)
                                                    .poolingDimensions(
                                                            format == CNN2DFormat.NHWC
                                                                    ? new int[] {1, 2}
                                                                    : new int[] {2, 3})
                                                    .build(),
                                            "both")
                                    .addLayer("out", output(), "pooled")
                                    .setOutputs("out"),
                            Optional.empty(),
                            Chain.shape(input, 3)));
        }
        return cases.tests();
    }

    @TestFactory
    Stream<DynamicTest> ofSeries() {
        Cases cases = new Cases();
        for (boolean masked : new boolean[] {false, true}) {
            Optional<Values> mask = masked
                    ? Optional.of(Values.of(new float[] {1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0}, 3, 5))
                    : Optional.empty();
            String suffix = masked ? ", masked" : "";
            cases.put(
                    "encoder and decoder" + suffix,
                    5,
                    () -> check(
                            5,
                            graph -> graph.addInputs("a", "b")
                                    .setInputTypes(InputType.recurrent(2, 5), InputType.recurrent(2, 5))
                                    .addLayer("encoder", lstm(), "a")
                                    .addVertex("last", new LastTimeStepVertex("a"), "encoder")
                                    .addVertex("each", new DuplicateToTimeSeriesVertex("b"), "last")
                                    .addVertex("both", new MergeVertex(), "each", "b")
                                    .addLayer("decoder", lstm(), "both")
                                    .addLayer("steps", rnnOutput(), "decoder")
                                    .addLayer("whole", output(), "last")
                                    .setOutputs("steps", "whole"),
                            mask,
                            new int[] {3, 2, 5},
                            new int[] {3, 2, 5}));
            cases.put(
                    "reversed" + suffix,
                    6,
                    () -> check(
                            6,
                            graph -> graph.addInputs("a")
                                    .setInputTypes(InputType.recurrent(2, 5))
                                    .addVertex("back", new ReverseTimeSeriesVertex("a"), "a")
                                    .addLayer("lstm", lstm(), "back")
                                    .addVertex("ahead", new ReverseTimeSeriesVertex("a"), "lstm")
                                    .addLayer("out", rnnOutput(), "ahead")
                                    .setOutputs("out"),
                            mask,
                            new int[] {3, 2, 5}));
        }
        cases.put(
                "series of images",
                7,
                () -> check(
                        7,
                        graph -> graph.addInputs("a")
                                .setInputTypes(InputType.recurrent(24, 5))
                                .addLayer(
                                        "convolution",
                                        new ConvolutionLayer.Builder(2, 2)
                                                .nOut(3)
                                                .build(),
                                        "a")
                                .addLayer("lstm", lstm(), "convolution")
                                .addLayer("out", rnnOutput(), "lstm")
                                .inputPreProcessor("convolution", new RnnToCnnPreProcessor(3, 4, 2))
                                .inputPreProcessor("lstm", new CnnToRnnPreProcessor(2, 3, 3))
                                .setOutputs("out"),
                        Optional.empty(),
                        new int[] {3, 24, 5}));
        return cases.tests();
    }

    private static void joint(Cases cases, String name, GraphVertex vertex) {
        cases.put(
                name,
                1,
                () -> check(
                        1,
                        graph -> graph.addInputs("a", "b")
                                .setInputTypes(InputType.feedForward(3), InputType.feedForward(2))
                                .addLayer("left", dense(4), "a")
                                .addLayer("right", dense(4), "b")
                                .addVertex("joint", vertex.clone(), "left", "right")
                                .addLayer("out", output(), "joint")
                                .addLayer("other", output(), "left")
                                .setOutputs("out", "other"),
                        Optional.empty(),
                        new int[] {3, 3},
                        new int[] {3, 2}));
    }

    private static void images(Cases cases, String name, GraphVertex vertex, CNN2DFormat format) {
        InputType input = InputType.convolutional(4, 5, 2, format);
        cases.put(
                name,
                1,
                () -> check(
                        1,
                        graph -> graph.addInputs("a")
                                .setInputTypes(input)
                                .addLayer("left", convolution(format), "a")
                                .addLayer("right", convolution(format), "a")
                                .addVertex("joint", vertex.clone(), "left", "right")
                                .addLayer("last", convolution(format), "joint")
                                .addLayer(
                                        "pooled",
                                        new GlobalPoolingLayer.Builder(PoolingType.AVG)
                                                .poolingDimensions(
                                                        format == CNN2DFormat.NHWC
                                                                ? new int[] {1, 2}
                                                                : new int[] {2, 3})
                                                .build(),
                                        "last")
                                .addLayer("out", output(), "pooled")
                                .setOutputs("out"),
                        Optional.empty(),
                        Chain.shape(input, 3)));
    }

    private static void single(Cases cases, String name, GraphVertex vertex) {
        cases.put(
                name,
                2,
                () -> check(
                        2,
                        graph -> graph.addInputs("a")
                                .setInputTypes(InputType.feedForward(3))
                                .addLayer("dense", dense(4), "a")
                                .addVertex("vertex", vertex.clone(), "dense")
                                .addLayer("out", output(), "vertex")
                                .setOutputs("out"),
                        Optional.empty(),
                        new int[] {3, 3}));
    }

    private static void check(int seed, Consumer<GraphBuilder> draw, Optional<Values> mask, int[]... shapes) {
        Function<DataType, ComputationGraphConfiguration> network = type -> {
            GraphBuilder graph = Chain.builder(type).graphBuilder();
            draw.accept(graph);
            return graph.build();
        };
        Random random = new Random(seed);
        List<Batch.Input> inputs = Stream.of(shapes)
                .map(shape -> new Batch.Input(Chain.normal(random, shape), mask))
                .toList();
        Batch plain = Chain.labelled(network, inputs, random);
        List<Target> targets = plain.targets().stream()
                .map(target -> {
                    Values labels = ((Target.Dense) target).values();
                    return (Target) new Target.Dense(labels, labels.shape().length == 3 ? mask : Optional.empty());
                })
                .toList();
        EngineEquality.assertEqual(network, new Batch(inputs, targets), seed);
    }

    private static DenseLayer dense(int width) {
        return new DenseLayer.Builder().nOut(width).build();
    }

    private static LSTM lstm() {
        return new LSTM.Builder().nOut(4).build();
    }

    private static ActivationLayer activation(Activation function) {
        return new ActivationLayer.Builder().activation(function).build();
    }

    private static BatchNormalization normal(CNN2DFormat format) {
        return new BatchNormalization.Builder().dataFormat(format).build();
    }

    private static ConvolutionLayer convolution(CNN2DFormat format) {
        return new ConvolutionLayer.Builder(2, 2).nOut(3).dataFormat(format).build();
    }

    private static OutputLayer output() {
        return new OutputLayer.Builder(LossFunctions.LossFunction.MSE)
                .nOut(2)
                .activation(Activation.TANH)
                .build();
    }

    private static RnnOutputLayer rnnOutput() {
        return new RnnOutputLayer.Builder(LossFunctions.LossFunction.MSE)
                .nOut(2)
                .activation(Activation.TANH)
                .build();
    }
}
