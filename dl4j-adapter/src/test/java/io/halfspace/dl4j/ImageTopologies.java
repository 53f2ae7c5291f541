package io.halfspace.dl4j;

import static io.halfspace.dl4j.Blocks.IMAGE;
import static io.halfspace.dl4j.Blocks.IMAGE_LAST;
import static io.halfspace.dl4j.Blocks.SERIES;
import static io.halfspace.dl4j.Blocks.VECTOR;
import static io.halfspace.dl4j.Blocks.block;
import static io.halfspace.dl4j.Blocks.conv;
import static io.halfspace.dl4j.Blocks.dense;
import static io.halfspace.dl4j.Blocks.head;
import static io.halfspace.dl4j.Blocks.lstm;
import static io.halfspace.dl4j.Blocks.output;
import static io.halfspace.dl4j.Blocks.prunable;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PoolHelperVertex;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.graph.UnstackVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Convolution1D;
import org.deeplearning4j.nn.conf.layers.Convolution2D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.LocallyConnected2D;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.Pooling1D;
import org.deeplearning4j.nn.conf.layers.Pooling2D;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SpaceToBatchLayer;
import org.deeplearning4j.nn.conf.layers.SpaceToDepthLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.util.MaskLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Convolutions of every kind, normalization, and what moves channels or positions of images. */
final class ImageTopologies {
    private ImageTopologies() {}

    static List<Topology> all() {
        List<Topology> all = new ArrayList<>(convolutions());
        all.addAll(normalization());
        all.addAll(rearranged());
        all.addAll(local());
        all.addAll(otherNames());
        all.addAll(channelsLast());
        return all;
    }

    private static List<Topology> convolutions() {
        return List.of(
                depthwise(1, IMAGE),
                depthwise(2, IMAGE),
                depthwise(2, IMAGE_LAST),
                separable(1),
                separable(2),
                prunable("deconvolution", IMAGE, g -> {
                    g.addLayer("c1", conv(4, Activation.RELU), "in0");
                    g.addLayer(
                            "up",
                            new Deconvolution2D.Builder(2, 3)
                                    .stride(2, 2)
                                    .nOut(5)
                                    .activation(Activation.RELU)
                                    .build(),
                            "c1");
                    g.addLayer("c2", conv(3, Activation.RELU), "up");
                    head(g, "c2");
                }),
                prunable("strided convolution without bias", IMAGE, g -> {
                    g.addLayer(
                            "c1",
                            new ConvolutionLayer.Builder(3, 2)
                                    .stride(2, 1)
                                    .hasBias(false)
                                    .nOut(5)
                                    .build(),
                            "in0");
                    g.addLayer("c2", conv(4, Activation.RELU), "c1");
                    head(g, "c2");
                }),
                prunable("parametric relu", IMAGE, g -> {
                    g.addLayer("c1", conv(5, Activation.IDENTITY), "in0");
                    g.addLayer(
                            "prelu1",
                            new PReLULayer.Builder()
                                    .inputShape(5, 6, 6)
                                    .sharedAxes(2, 3)
                                    .build(),
                            "c1");
                    g.addLayer("c2", conv(4, Activation.IDENTITY), "prelu1");
                    g.addLayer(
                            "prelu2",
                            new PReLULayer.Builder().inputShape(4, 6, 6).build(),
                            "c2");
                    g.addLayer(
                            "prelu3",
                            new PReLULayer.Builder()
                                    .inputShape(4, 6, 6)
                                    .sharedAxes(1, 2, 3)
                                    .build(),
                            "prelu2");
                    head(g, "prelu3");
                }));
    }

    private static Topology depthwise(int multiplier, InputType image) {
        String layout = image == IMAGE ? "" : ", channels last";
        return prunable("depthwise, multiplier " + multiplier + layout, image, g -> {
            g.addLayer("c1", conv(4, Activation.RELU), "in0");
            g.addLayer(
                    "depthwise",
                    new DepthwiseConvolution2D.Builder(3, 3)
                            .depthMultiplier(multiplier)
                            .activation(Activation.RELU)
                            .build(),
                    "c1");
            g.addLayer("bn", new BatchNormalization(), "depthwise");
            g.addLayer("c2", conv(3, Activation.RELU), "bn");
            head(g, "c2");
        });
    }

    private static Topology separable(int multiplier) {
        return prunable("separable, multiplier " + multiplier, IMAGE, g -> {
            g.addLayer("c1", conv(4, Activation.RELU), "in0");
            g.addLayer(
                    "separable",
                    new SeparableConvolution2D.Builder(3, 3)
                            .depthMultiplier(multiplier)
                            .nOut(5)
                            .activation(Activation.RELU)
                            .build(),
                    "c1");
            g.addLayer("c2", conv(3, Activation.RELU), "separable");
            head(g, "c2");
        });
    }

    private static List<Topology> normalization() {
        return List.of(
                prunable("batch-norm after convolution", IMAGE, g -> {
                    block(g, "a", 5, "in0");
                    block(g, "b", 4, "a");
                    head(g, "b");
                }),
                prunable("batch-norm with log deviation", IMAGE, g -> {
                    g.addLayer("c1", conv(5, Activation.IDENTITY), "in0");
                    g.addLayer(
                            "bn",
                            new BatchNormalization.Builder().useLogStd(true).build(),
                            "c1");
                    head(g, "bn");
                }),
                prunable("batch-norm before convolution", IMAGE, g -> {
                    g.addLayer("c1", conv(5, Activation.RELU), "in0");
                    g.addLayer("bn", new BatchNormalization(), "c1");
                    g.addLayer("relu", new ActivationLayer(Activation.RELU), "bn");
                    g.addLayer("c2", conv(4, Activation.RELU), "relu");
                    head(g, "c2");
                }),
                prunable(
                        "batch-norm after dense",
                        VECTOR,
                        g -> g.addLayer("d1", dense(6, Activation.IDENTITY), "in0")
                                .addLayer("bn", new BatchNormalization(), "d1")
                                .addLayer("relu", new ActivationLayer(Activation.RELU), "bn")
                                .addLayer("out", output(), "relu")
                                .setOutputs("out")),
                prunable("batch-norm, channels last", IMAGE_LAST, g -> {
                    block(g, "a", 5, "in0");
                    head(g, "a");
                }),
                prunable("batch-norm after concat", IMAGE, g -> {
                    g.addLayer("c1", conv(3, Activation.RELU), "in0");
                    g.addLayer("c2", conv(4, Activation.RELU), "in0");
                    g.addVertex("cat", new MergeVertex(), "c1", "c2");
                    g.addLayer("bn", new BatchNormalization(), "cat");
                    head(g, "bn");
                }));
    }

    private static List<Topology> rearranged() {
        return List.of(
                spaceToDepth("space to depth", IMAGE),
                spaceToDepth("space to depth, channels last", IMAGE_LAST),
                prunable("space to batch", IMAGE, g -> {
                    g.addLayer("c1", conv(4, Activation.RELU), "in0");
                    g.addLayer("batch", new SpaceToBatchLayer.Builder<>(new int[] {2, 2}).build(), "c1");
                    g.addLayer("c2", conv(4, Activation.RELU), "batch");
                    head(g, "c2");
                }),
                prunable("stacked examples", IMAGE, g -> {
                    g.addLayer("c1", conv(4, Activation.RELU), "in0");
                    g.addLayer("c2", conv(4, Activation.RELU), "in0");
                    g.addVertex("stack", new StackVertex(), "c1", "c2");
                    g.addLayer("shared", conv(5, Activation.RELU), "stack");
                    g.addVertex("first", new UnstackVertex(0, 2), "shared");
                    g.addVertex("second", new UnstackVertex(1, 2), "shared");
                    g.addLayer("c3", conv(4, Activation.RELU), "first");
                    g.addVertex("cat", new MergeVertex(), "c3", "second");
                    head(g, "cat");
                }),
                prunable("normalized length", IMAGE, g -> {
                    g.addLayer("c1", conv(4, Activation.RELU), "in0");
                    g.addLayer("mask", new MaskLayer(), "c1");
                    g.addLayer("d1", dense(6, Activation.RELU), "mask");
                    g.addVertex("one", new L2NormalizeVertex(), "d1");
                    g.addLayer("d2", dense(6, Activation.TANH), "one");
                    g.addVertex("two", new L2NormalizeVertex(new int[] {1}, 1e-8), "d2");
                    g.addLayer("out", output(), "two").setOutputs("out");
                }),
                prunable("normalized length of images", IMAGE, g -> {
                            g.addLayer("c1", conv(4, Activation.RELU), "in0");
                            g.addVertex("one", new L2NormalizeVertex(), "c1");
                            g.addLayer("c2", conv(5, Activation.TANH), "one");
                            g.addVertex("two", new L2NormalizeVertex(new int[] {3, 1, 2}, 1e-8), "c2");
                            head(g, "two");
                        })
                        .inSinglePrecision(),
                prunable("pool helper", IMAGE, g -> {
                    g.addLayer("c1", conv(4, Activation.RELU), "in0");
                    g.addVertex("helper", new PoolHelperVertex(), "c1");
                    g.addLayer("c2", conv(5, Activation.RELU), "helper");
                    g.addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "c2");
                    g.addLayer("out", output(), "pool").setOutputs("out");
                }),
                prunable(
                        "element-wise multiplication",
                        VECTOR,
                        g -> g.addLayer("d1", dense(6, Activation.RELU), "in0")
                                .addLayer(
                                        "times",
                                        new ElementWiseMultiplicationLayer.Builder()
                                                .nIn(6)
                                                .nOut(6)
                                                .activation(Activation.TANH)
                                                .build(),
                                        "d1")
                                .addLayer("out", output(), "times")
                                .setOutputs("out")));
    }

    private static Topology spaceToDepth(String name, InputType image) {
        return prunable(name, image, g -> {
            g.addLayer("c1", conv(3, Activation.ELU), "in0");
            g.addLayer("deep", new SpaceToDepthLayer.Builder<>(2).build(), "c1");
            g.addLayer("bn", new BatchNormalization(), "deep");
            g.addLayer("c2", conv(4, Activation.ELU), "bn");
            g.addLayer("out", output(), "c2").setOutputs("out");
        });
    }

    private static List<Topology> local() {
        return List.of(
                locally("weights by position", IMAGE, ConvolutionMode.Truncate),
                locally("weights by position, padded", IMAGE, ConvolutionMode.Same),
                locally("weights by position, channels last", IMAGE_LAST, ConvolutionMode.Truncate));
    }

    private static Topology locally(String name, InputType image, ConvolutionMode mode) {
        return prunable(name, image, g -> {
            g.addLayer("c1", conv(3, Activation.RELU), "in0");
            g.addLayer(
                    "local",
                    new LocallyConnected2D.Builder()
                            .kernelSize(2, 3)
                            .nOut(4)
                            .convolutionMode(mode)
                            .activation(Activation.TANH)
                            .hasBias(mode == ConvolutionMode.Same)
                            .setInputSize(6, 6)
                            .build(),
                    "c1");
            g.addLayer("c2", conv(5, Activation.RELU), "local");
            g.addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "c2");
            g.addLayer("out", output(), "pool").setOutputs("out");
        });
    }

    /** What Deeplearning4j runs with the channels last, besides what other topologies show. */
    private static List<Topology> channelsLast() {
        return List.of(
                prunable("deconvolution, channels last", IMAGE_LAST, g -> {
                    g.addLayer("c1", conv(4, Activation.RELU), "in0");
                    g.addLayer(
                            "up",
                            new Deconvolution2D.Builder(2, 3)
                                    .stride(2, 2)
                                    .nOut(5)
                                    .activation(Activation.RELU)
                                    .build(),
                            "c1");
                    head(g, "up");
                }),
                prunable("separable, channels last", IMAGE_LAST, g -> {
                    g.addLayer("c1", conv(4, Activation.RELU), "in0");
                    g.addLayer(
                            "separable",
                            new SeparableConvolution2D.Builder(3, 3)
                                    .depthMultiplier(2)
                                    .nOut(5)
                                    .activation(Activation.RELU)
                                    .build(),
                            "c1");
                    head(g, "separable");
                }),
                prunable("padding and cropping, channels last", IMAGE_LAST, g -> {
                    g.addLayer("c1", conv(5, Activation.RELU), "in0");
                    g.addLayer("pad", new ZeroPaddingLayer(1, 2, 1, 0), "c1");
                    g.addLayer("crop", new Cropping2D(1, 1), "pad");
                    g.addLayer("up", new Upsampling2D.Builder(2).build(), "crop");
                    g.addLayer("c2", conv(4, Activation.RELU), "up");
                    head(g, "c2");
                }),
                prunable("parametric relu, channels last", IMAGE_LAST, g -> {
                    g.addLayer("c1", conv(5, Activation.IDENTITY), "in0");
                    g.addLayer(
                            "prelu",
                            new PReLULayer.Builder()
                                    .inputShape(6, 6, 5)
                                    .sharedAxes(1, 2)
                                    .build(),
                            "c1");
                    head(g, "prelu");
                }),
                prunable("space to batch, channels last", IMAGE_LAST, g -> {
                    g.addLayer("c1", conv(4, Activation.RELU), "in0");
                    g.addLayer("batch", new SpaceToBatchLayer.Builder<>(new int[] {2, 2}).build(), "c1");
                    g.addLayer("c2", conv(4, Activation.RELU), "batch");
                    head(g, "c2");
                }));
    }

    /** Layers that Deeplearning4j also knows under other names, and loss layers without parameters. */
    private static List<Topology> otherNames() {
        return List.of(
                prunable("other names of layers", IMAGE, g -> {
                    g.addLayer(
                            "c1",
                            new Convolution2D.Builder(3, 3)
                                    .nOut(5)
                                    .activation(Activation.RELU)
                                    .build(),
                            "in0");
                    g.addLayer("down", new Pooling2D.Builder(2, 2).stride(2, 2).build(), "c1");
                    g.addLayer("d1", dense(6, Activation.RELU), "down");
                    g.addLayer("d2", dense(3, Activation.IDENTITY), "d1");
                    g.addLayer("out", new LossLayer.Builder(LossFunction.MSE).build(), "d2");
                    g.setOutputs("out");
                }),
                prunable("other names of layers over time", SERIES, g -> {
                    g.addLayer(
                            "c1",
                            new Convolution1D.Builder(3)
                                    .nOut(5)
                                    .convolutionMode(ConvolutionMode.Same)
                                    .activation(Activation.RELU)
                                    .build(),
                            "in0");
                    g.addLayer("down", new Pooling1D.Builder(2).stride(2).build(), "c1");
                    g.addLayer("r1", lstm(), "down");
                    g.addLayer("r2", new LSTM.Builder().nOut(3).build(), "r1");
                    g.addLayer("out", new RnnLossLayer.Builder(LossFunction.MSE).build(), "r2");
                    g.setOutputs("out");
                }),
                prunable("frozen layer with back-propagation", VECTOR, g -> {
                    g.addLayer("d1", dense(6, Activation.RELU), "in0");
                    g.addLayer("d2", new FrozenLayerWithBackprop(dense(5, Activation.RELU)), "d1");
                    g.addLayer("out", output(), "d2").setOutputs("out");
                }));
    }
}
