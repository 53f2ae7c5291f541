package io.halfspace.dl4j;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
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
import org.deeplearning4j.nn.conf.layers.AutoEncoder;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Cnn3DLossLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.Deconvolution3D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.GravesBidirectionalLSTM;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.LocallyConnected2D;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SpaceToBatchLayer;
import org.deeplearning4j.nn.conf.layers.SpaceToDepthLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling3DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling1D;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.Upsampling3D;
import org.deeplearning4j.nn.conf.layers.ZeroPadding1DLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPadding3DLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping1D;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping3D;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.RepeatVector;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.layers.util.MaskLayer;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToCnnPreProcessor;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Small networks of every shape that the rules must get right. */
final class Topologies {
    private static final InputType IMAGE = InputType.convolutional(6, 6, 2);
    private static final InputType IMAGE_LAST = InputType.convolutional(6, 6, 2, CNN2DFormat.NHWC);
    private static final InputType VECTOR = InputType.feedForward(5);
    private static final InputType VOLUME = InputType.convolutional3D(Convolution3D.DataFormat.NCDHW, 4, 4, 6, 2);
    private static final InputType SERIES = InputType.recurrent(4, 7);

    private Topologies() {}

    static List<Topology> all() {
        List<Topology> all = new ArrayList<>();
        all.addAll(chains());
        all.addAll(joints());
        all.addAll(convolutions());
        all.addAll(normalization());
        all.addAll(rearranged());
        all.addAll(volumes());
        all.addAll(sequences());
        all.addAll(bothDirections());
        all.addAll(steps());
        all.addAll(protections());
        return all;
    }

    static Topology named(String name) {
        return all().stream().filter(t -> t.name().equals(name)).findFirst().orElseThrow();
    }

    private static List<Topology> chains() {
        return List.of(
                prunable(
                        "dense chain",
                        VECTOR,
                        g -> g.addLayer("d1", dense(8, Activation.RELU), "in0")
                                .addLayer("d2", dense(6, Activation.TANH), "d1")
                                .addLayer("out", output(), "d2")
                                .setOutputs("out")),
                prunable(
                        "dense without bias",
                        VECTOR,
                        g -> g.addLayer(
                                        "d1",
                                        new DenseLayer.Builder()
                                                .nOut(8)
                                                .hasBias(false)
                                                .build(),
                                        "in0")
                                .addLayer("drop", new DropoutLayer(0.5), "d1")
                                .addLayer("out", output(), "drop")
                                .setOutputs("out")),
                prunable("convolution chain", IMAGE, g -> {
                    g.addLayer("c1", conv(6, Activation.RELU), "in0");
                    g.addLayer("c2", conv(5, Activation.ELU), "c1");
                    head(g, "c2");
                }),
                prunable("flatten then dense", IMAGE, g -> flattened(g, "in0")),
                prunable("flatten then dense, channels last", IMAGE_LAST, g -> flattened(g, "in0")),
                prunable("flat image", InputType.convolutionalFlat(6, 6, 2), g -> flattened(g, "in0")),
                prunable("many activations", VECTOR, g -> {
                    List<Activation> activations = List.of(
                            Activation.LEAKYRELU,
                            Activation.ELU,
                            Activation.SELU,
                            Activation.GELU,
                            Activation.SWISH,
                            Activation.MISH,
                            Activation.HARDTANH,
                            Activation.SOFTSIGN,
                            Activation.RATIONALTANH,
                            Activation.RECTIFIEDTANH,
                            Activation.THRESHOLDEDRELU,
                            Activation.CUBE,
                            Activation.RELU6);
                    activations.forEach(a -> g.addLayer(a.name(), dense(4, a), "in0"));
                    g.addVertex(
                            "cat",
                            new MergeVertex(),
                            activations.stream().map(Activation::name).toArray(String[]::new));
                    g.addLayer("out", output(), "cat").setOutputs("out");
                }),
                prunable("preprocessor as a vertex", IMAGE, g -> {
                    g.addLayer("c1", conv(4, Activation.RELU), "in0");
                    g.addVertex("flat", new PreprocessorVertex(new CnnToFeedForwardPreProcessor(6, 6, 4)), "c1");
                    g.addVertex("shift", new ShiftVertex(0), "flat");
                    g.addLayer("out", output(), "shift").setOutputs("out");
                }),
                prunable("padding and cropping", IMAGE, g -> {
                    g.addLayer("c1", conv(5, Activation.RELU), "in0");
                    g.addLayer("pad", new ZeroPaddingLayer(1, 2, 1, 0), "c1");
                    g.addLayer("crop", new Cropping2D(1, 1), "pad");
                    g.addLayer("c2", conv(4, Activation.RELU), "crop");
                    head(g, "c2");
                }),
                pooling(PoolingType.MAX),
                pooling(PoolingType.SUM),
                pooling(PoolingType.AVG));
    }

    private static Topology pooling(PoolingType type) {
        return prunable("global pooling " + type, IMAGE, g -> {
            g.addLayer("c1", conv(5, Activation.RELU), "in0");
            g.addLayer("pool", new GlobalPoolingLayer(type), "c1");
            g.addLayer("out", output(), "pool").setOutputs("out");
        });
    }

    private static List<Topology> joints() {
        List<Topology> joints = new ArrayList<>();
        for (ElementWiseVertex.Op op : ElementWiseVertex.Op.values()) {
            joints.add(prunable("joint " + op, IMAGE, g -> {
                g.addLayer("c1", conv(5, Activation.TANH), "in0");
                g.addLayer("c2", conv(5, Activation.TANH), "c1");
                g.addVertex("joint", new ElementWiseVertex(op), "c1", "c2");
                head(g, "joint");
            }));
        }
        joints.add(prunable("residual add", IMAGE, g -> {
            block(g, "stem", 5, "in0");
            residual(g, "a", 5, "stem");
            residual(g, "b", 5, "a");
            head(g, "b");
        }));
        joints.add(prunable("residual with projection", IMAGE, g -> {
            block(g, "stem", 4, "in0");
            block(g, "left", 6, "stem");
            g.addLayer("right", conv(6, Activation.IDENTITY), "stem");
            g.addVertex("add", add(), "left", "right");
            g.addLayer("relu", new ActivationLayer(Activation.RELU), "add");
            head(g, "relu");
        }));
        joints.add(prunable("add of three", IMAGE, g -> {
            for (int i = 0; i < 3; i++) {
                g.addLayer("c" + i, conv(4, Activation.RELU), "in0");
            }
            g.addVertex("add", add(), "c0", "c1", "c2");
            head(g, "add");
        }));
        joints.add(prunable("dense block", IMAGE, g -> {
            g.addLayer("c0", conv(3, Activation.RELU), "in0");
            g.addLayer("c1", conv(3, Activation.RELU), "c0");
            g.addVertex("cat1", new MergeVertex(), "c0", "c1");
            g.addLayer("c2", conv(3, Activation.RELU), "cat1");
            g.addVertex("cat2", new MergeVertex(), "cat1", "c2");
            g.addLayer("bn", new BatchNormalization(), "cat2");
            g.addLayer("c3", conv(3, Activation.RELU), "bn");
            g.addVertex("cat3", new MergeVertex(), "cat2", "c3");
            head(g, "cat3");
        }));
        joints.add(prunable("concat with raw input", IMAGE, g -> {
            g.addLayer("c1", conv(4, Activation.RELU), "in0");
            g.addVertex("cat", new MergeVertex(), "in0", "c1");
            g.addLayer("c2", conv(4, Activation.RELU), "cat");
            head(g, "c2");
        }));
        joints.add(prunable("concat then add", IMAGE, g -> {
            g.addLayer("c1", conv(3, Activation.RELU), "in0");
            g.addLayer("c2", conv(2, Activation.RELU), "in0");
            g.addLayer("c3", conv(5, Activation.RELU), "in0");
            g.addVertex("cat", new MergeVertex(), "c1", "c2");
            g.addVertex("add", add(), "cat", "c3");
            head(g, "add");
        }));
        joints.add(prunable("concat, channels last", IMAGE_LAST, g -> {
            g.addLayer("c1", conv(3, Activation.RELU), "in0");
            g.addLayer("c2", conv(4, Activation.RELU), "in0");
            g.addVertex("cat", new MergeVertex(), "c1", "c2");
            head(g, "cat");
        }));
        joints.add(prunable(
                "shared input",
                VECTOR,
                g -> g.addLayer("d1", dense(4, Activation.RELU), "in0")
                        .addLayer("d2", dense(3, Activation.RELU), "in0")
                        .addLayer("out", output(), "d1", "d2")
                        .setOutputs("out")));
        joints.add(new Topology("several inputs", List.of(VECTOR, IMAGE), true, g -> {
            g.addLayer("d1", dense(4, Activation.RELU), "in0");
            g.addLayer("c1", conv(3, Activation.RELU), "in1");
            g.addLayer("d2", dense(5, Activation.RELU), "c1");
            g.addVertex("cat", new MergeVertex(), "d1", "d2");
            g.addLayer("out", output(), "cat").setOutputs("out");
        }));
        joints.add(prunable(
                "several outputs",
                VECTOR,
                g -> g.addLayer("d1", dense(6, Activation.RELU), "in0")
                        .addLayer("out1", output(), "d1")
                        .addLayer("d2", dense(5, Activation.RELU), "d1")
                        .addLayer("out2", output(), "d2")
                        .setOutputs("out1", "out2")));
        joints.add(prunable(
                "subset",
                VECTOR,
                g -> g.addLayer("d1", dense(8, Activation.RELU), "in0")
                        .addVertex("low", new SubsetVertex(0, 3), "d1")
                        .addVertex("high", new SubsetVertex(2, 7), "d1")
                        .addVertex("half", new ScaleVertex(0.5), "high")
                        .addLayer("d2", dense(5, Activation.RELU), "low")
                        .addLayer("d3", dense(5, Activation.RELU), "half")
                        .addVertex("add", add(), "d2", "d3")
                        .addLayer("out", output(), "add")
                        .setOutputs("out")));
        joints.add(prunable("u-net", IMAGE, g -> {
            g.addLayer("c1", conv(4, Activation.RELU), "in0");
            g.addLayer("down", max(), "c1");
            g.addLayer("c2", conv(5, Activation.RELU), "down");
            g.addLayer("up", new Upsampling2D.Builder(2).build(), "c2");
            g.addVertex("cat", new MergeVertex(), "c1", "up");
            g.addLayer("c3", conv(3, Activation.IDENTITY), "cat");
            g.addLayer("out", new CnnLossLayer.Builder(LossFunction.MSE).build(), "c3");
            g.setOutputs("out");
        }));
        return joints;
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
                    head(g, "prelu2");
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

    private static List<Topology> volumes() {
        return List.of(
                prunable("volume", VOLUME, g -> {
                    g.addLayer("c1", conv3d(4), "in0");
                    g.addLayer("pad", new ZeroPadding3DLayer.Builder(1).build(), "c1");
                    g.addLayer("crop", new Cropping3D.Builder(1, 0, 1).build(), "pad");
                    g.addLayer("c2", conv3d(5), "crop");
                    g.addLayer("down", down3d(Subsampling3DLayer.PoolingType.MAX), "c2");
                    g.addLayer("up", new Upsampling3D.Builder(2).build(), "down");
                    g.addLayer("c3", conv3d(4), "up");
                    g.addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "c3");
                    g.addLayer("out", output(), "pool").setOutputs("out");
                }),
                prunable("flattened volume", VOLUME, g -> {
                    g.addLayer("c1", conv3d(4), "in0");
                    g.addLayer("down", down3d(Subsampling3DLayer.PoolingType.AVG), "c1");
                    g.addLayer("d1", dense(5, Activation.RELU), "down");
                    g.addLayer("out", output(), "d1").setOutputs("out");
                }),
                prunable("joined volumes", VOLUME, g -> {
                    g.addLayer("c1", conv3d(4), "in0");
                    g.addLayer("c2", conv3d(4), "c1");
                    g.addVertex("add", add(), "c1", "c2");
                    g.addVertex("cat", new MergeVertex(), "add", "c2");
                    g.addLayer("c3", conv3d(3), "cat");
                    g.addLayer("pool", new GlobalPoolingLayer(PoolingType.MAX), "c3");
                    g.addLayer("out", output(), "pool").setOutputs("out");
                }),
                prunable("transposed convolution of volumes", VOLUME, g -> {
                    g.addLayer("c1", conv3d(4), "in0");
                    g.addLayer(
                            "up",
                            new Deconvolution3D.Builder()
                                    .kernelSize(2, 3, 2)
                                    .stride(2, 2, 2)
                                    .nOut(5)
                                    .activation(Activation.RELU)
                                    .build(),
                            "c1");
                    g.addLayer("c2", conv3d(3), "up");
                    g.addLayer(
                            "out",
                            new Cnn3DLossLayer.Builder(Convolution3D.DataFormat.NCDHW)
                                    .lossFunction(LossFunction.MSE)
                                    .build(),
                            "c2");
                    g.setOutputs("out");
                }));
    }

    private static Convolution3D conv3d(int channels) {
        return new Convolution3D.Builder(2, 3, 2)
                .convolutionMode(ConvolutionMode.Same)
                .nOut(channels)
                .activation(Activation.RELU)
                .build();
    }

    private static Subsampling3DLayer down3d(Subsampling3DLayer.PoolingType type) {
        return new Subsampling3DLayer.Builder(type, new int[] {2, 2, 2}, new int[] {2, 2, 2}).build();
    }

    @SuppressWarnings("deprecation") // Stored networks still hold layers of Graves.
    private static List<Topology> bothDirections() {
        List<Topology> all = new ArrayList<>();
        for (Bidirectional.Mode mode : Bidirectional.Mode.values()) {
            all.add(recurrent(
                    "both directions of lstm " + mode,
                    () -> new Bidirectional(
                            mode,
                            new LSTM.Builder()
                                    .nOut(5)
                                    .activation(Activation.TANH)
                                    .build())));
            all.add(recurrent(
                    "both directions of graves lstm " + mode,
                    () -> new Bidirectional(
                            mode,
                            new GravesLSTM.Builder()
                                    .nOut(4)
                                    .activation(Activation.TANH)
                                    .build())));
            all.add(recurrent(
                    "both directions of simple rnn " + mode,
                    () -> new Bidirectional(
                            mode,
                            new SimpleRnn.Builder()
                                    .nOut(5)
                                    .activation(Activation.TANH)
                                    .build())));
        }
        all.add(recurrent(
                "graves bidirectional lstm",
                () -> new GravesBidirectionalLSTM.Builder()
                        .nOut(4)
                        .activation(Activation.TANH)
                        .build()));
        return all;
    }

    private static List<Topology> steps() {
        return List.of(
                masked("steps masked by zeros", 0),
                masked("steps masked by another value", 0.5),
                prunable(
                        "dense at each step",
                        SERIES,
                        g -> g.addLayer("d1", new TimeDistributed(dense(6, Activation.RELU)), "in0")
                                .addLayer("d2", new TimeDistributed(dense(5, Activation.TANH)), "d1")
                                .addLayer("out", outputOverTime(), "d2")
                                .setOutputs("out")),
                prunable(
                        "repeated features",
                        VECTOR,
                        g -> g.addLayer("d1", dense(6, Activation.TANH), "in0")
                                .addLayer("repeat", new RepeatVector.Builder<>(4).build(), "d1")
                                .addLayer("lstm", lstm(), "repeat")
                                .addLayer("out", outputOverTime(), "lstm")
                                .setOutputs("out")),
                prunable(
                        "last step and every step",
                        SERIES,
                        g -> g.addLayer("r1", lstm(), "in0")
                                .addVertex("reverse", new ReverseTimeSeriesVertex(), "r1")
                                .addLayer("r2", lstm(), "reverse")
                                .addVertex("last", new LastTimeStepVertex("in0"), "r2")
                                .addLayer("d1", dense(6, Activation.RELU), "last")
                                .addVertex("every", new DuplicateToTimeSeriesVertex("in0"), "d1")
                                .addVertex("cat", new MergeVertex(), "r1", "every")
                                .addLayer("r3", lstm(), "cat")
                                .addLayer("out", outputOverTime(), "r3")
                                .setOutputs("out")));
    }

    private static Topology masked(String name, double value) {
        return prunable(
                name,
                SERIES,
                g -> g.addLayer("r1", lstm(), "in0")
                        .addLayer(
                                "r2",
                                new MaskZeroLayer.Builder()
                                        .setUnderlying(lstm())
                                        .setMaskValue(value)
                                        .build(),
                                "r1")
                        .addLayer("r3", lstm(), "r2")
                        .addLayer("out", outputOverTime(), "r3")
                        .setOutputs("out"));
    }

    private static LSTM lstm() {
        return new LSTM.Builder().nOut(5).activation(Activation.TANH).build();
    }

    @SuppressWarnings("deprecation") // Stored networks still hold a GravesLSTM.
    private static List<Topology> sequences() {
        return List.of(
                prunable("convolution over time", SERIES, g -> {
                    g.addLayer(
                            "c1",
                            new Convolution1DLayer.Builder(3)
                                    .nOut(6)
                                    .activation(Activation.RELU)
                                    .convolutionMode(ConvolutionMode.Same)
                                    .build(),
                            "in0");
                    g.addLayer("pad", new ZeroPadding1DLayer.Builder(1).build(), "c1");
                    g.addLayer("crop", new Cropping1D(1), "pad");
                    g.addLayer("up", new Upsampling1D.Builder(2).build(), "crop");
                    g.addLayer(
                            "down", new Subsampling1DLayer.Builder(2).stride(2).build(), "up");
                    g.addLayer(
                            "c2",
                            new Convolution1DLayer.Builder(2)
                                    .nOut(5)
                                    .hasBias(false)
                                    .convolutionMode(ConvolutionMode.Same)
                                    .build(),
                            "down");
                    g.addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "c2");
                    g.addLayer("out", output(), "pool").setOutputs("out");
                }),
                prunable(
                        "dense over time",
                        SERIES,
                        g -> g.addLayer("d1", dense(6, Activation.RELU), "in0")
                                .addLayer("d2", dense(5, Activation.RELU), "d1")
                                .addLayer("out", outputOverTime(), "d2")
                                .setOutputs("out")),
                prunable(
                        "embedding",
                        InputType.feedForward(9),
                        g -> g.addLayer(
                                        "e",
                                        new EmbeddingLayer.Builder()
                                                .nIn(9)
                                                .nOut(5)
                                                .hasBias(true)
                                                .activation(Activation.TANH)
                                                .build(),
                                        "in0")
                                .addLayer("d", dense(4, Activation.RELU), "e")
                                .addLayer("out", output(), "d")
                                .setOutputs("out")),
                prunable(
                        "embedding of words",
                        InputType.recurrent(9, 7),
                        g -> g.addLayer(
                                        "e",
                                        new EmbeddingSequenceLayer.Builder()
                                                .nIn(9)
                                                .nOut(5)
                                                .inputLength(7)
                                                .build(),
                                        "in0")
                                .addLayer(
                                        "last",
                                        new LastTimeStep(new LSTM.Builder()
                                                .nOut(5)
                                                .activation(Activation.TANH)
                                                .build()),
                                        "e")
                                .addLayer("out", output(), "last")
                                .setOutputs("out")),
                prunable("video", InputType.recurrent(2 * 6 * 6, 4), g -> {
                    g.addLayer("c1", conv(4, Activation.RELU), new RnnToCnnPreProcessor(6, 6, 2), "in0");
                    g.addLayer("c2", conv(3, Activation.RELU), "c1");
                    g.addLayer(
                            "lstm",
                            new LSTM.Builder()
                                    .nOut(5)
                                    .activation(Activation.TANH)
                                    .build(),
                            "c2");
                    g.addLayer("out", outputOverTime(), "lstm").setOutputs("out");
                }),
                recurrent(
                        "lstm",
                        () -> new LSTM.Builder()
                                .nOut(5)
                                .activation(Activation.TANH)
                                .build()),
                recurrent(
                        "graves lstm",
                        () -> new GravesLSTM.Builder()
                                .nOut(5)
                                .activation(Activation.TANH)
                                .build()),
                recurrent(
                        "simple rnn",
                        () -> new SimpleRnn.Builder()
                                .nOut(5)
                                .activation(Activation.TANH)
                                .build()));
    }

    private static Topology recurrent(String name, Supplier<Layer> layer) {
        return prunable(
                name,
                SERIES,
                g -> g.addLayer("r1", layer.get(), "in0")
                        .addLayer("r2", layer.get(), "r1")
                        .addLayer("out", outputOverTime(), "r2")
                        .setOutputs("out"));
    }

    private static List<Topology> protections() {
        return List.of(
                prunable(
                        "sigmoid in the middle",
                        VECTOR,
                        g -> g.addLayer("d1", dense(6, Activation.SIGMOID), "in0")
                                .addLayer("d2", dense(5, Activation.RELU), "d1")
                                .addLayer("out", output(), "d2")
                                .setOutputs("out")),
                prunable("unknown layer in the middle", IMAGE, g -> {
                    g.addLayer("c1", conv(4, Activation.RELU), "in0");
                    g.addLayer("lrn", new LocalResponseNormalization(), "c1");
                    g.addLayer("c2", conv(5, Activation.RELU), "lrn");
                    head(g, "c2");
                }),
                prunable("weights by position in the middle", IMAGE, g -> {
                    g.addLayer("c1", conv(3, Activation.RELU), "in0");
                    g.addLayer(
                            "local",
                            new LocallyConnected2D.Builder()
                                    .kernelSize(2, 2)
                                    .nOut(3)
                                    .setInputSize(6, 6)
                                    .build(),
                            "c1");
                    g.addLayer("c2", conv(5, Activation.RELU), "local");
                    head(g, "c2");
                }),
                prunable(
                        "attention in the middle",
                        SERIES,
                        g -> g.addLayer("r1", lstm(), "in0")
                                .addLayer(
                                        "attention",
                                        new SelfAttentionLayer.Builder()
                                                .nOut(4)
                                                .nHeads(2)
                                                .projectInput(true)
                                                .build(),
                                        "r1")
                                .addLayer("r2", lstm(), "attention")
                                .addLayer("out", outputOverTime(), "r2")
                                .setOutputs("out")),
                prunable(
                        "auto-encoder in the middle",
                        VECTOR,
                        g -> g.addLayer("d1", dense(6, Activation.RELU), "in0")
                                .addLayer(
                                        "encoder",
                                        new AutoEncoder.Builder().nOut(4).build(),
                                        "d1")
                                .addLayer("d2", dense(5, Activation.RELU), "encoder")
                                .addLayer("out", output(), "d2")
                                .setOutputs("out")),
                prunable("features folded into an image", VECTOR, g -> {
                    g.addLayer("d1", dense(16, Activation.RELU), "in0");
                    g.addLayer("c1", conv(4, Activation.RELU), new FeedForwardToCnnPreProcessor(2, 2, 4), "d1");
                    g.addLayer("c2", conv(5, Activation.RELU), "c1");
                    head(g, "c2");
                }),
                prunable(
                        "frozen layer",
                        VECTOR,
                        g -> g.addLayer("d1", dense(6, Activation.RELU), "in0")
                                .addLayer("d2", new FrozenLayer(dense(5, Activation.RELU)), "d1")
                                .addLayer("out", output(), "d2")
                                .setOutputs("out")),
                new Topology("locked batch-norm", List.of(IMAGE), false, g -> {
                    g.addLayer("c1", conv(5, Activation.IDENTITY), "in0");
                    g.addLayer(
                            "bn",
                            new BatchNormalization.Builder().lockGammaBeta(true).build(),
                            "c1");
                    g.addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "bn");
                    g.addLayer("out", output(), "pool").setOutputs("out");
                }),
                new Topology(
                        "raw input added",
                        List.of(VECTOR),
                        false,
                        g -> g.addLayer("d1", dense(5, Activation.RELU), "in0")
                                .addVertex("add", add(), "d1", "in0")
                                .addLayer("out", output(), "add")
                                .setOutputs("out")));
    }

    private static Topology prunable(String name, InputType input, Consumer<GraphBuilder> layers) {
        return new Topology(name, List.of(input), true, layers);
    }

    private static void flattened(GraphBuilder g, String from) {
        g.addLayer("c1", conv(4, Activation.RELU), from);
        g.addLayer("down", max(), "c1");
        g.addLayer("d1", dense(6, Activation.RELU), "down");
        g.addLayer("out", output(), "d1").setOutputs("out");
    }

    /** Pooling, a dense layer on the flattened maps, and the output. */
    private static void head(GraphBuilder g, String from) {
        g.addLayer("head-down", max(), from);
        g.addLayer("head-dense", dense(6, Activation.RELU), "head-down");
        g.addLayer("out", output(), "head-dense");
        g.setOutputs("out");
    }

    private static void block(GraphBuilder g, String name, int channels, String from) {
        g.addLayer(name + "-conv", conv(channels, Activation.IDENTITY), from);
        g.addLayer(name + "-bn", new BatchNormalization(), name + "-conv");
        g.addLayer(name, new ActivationLayer(Activation.RELU), name + "-bn");
    }

    private static void residual(GraphBuilder g, String name, int channels, String from) {
        block(g, name + "1", channels, from);
        g.addLayer(name + "2-conv", conv(channels, Activation.IDENTITY), name + "1");
        g.addLayer(name + "2-bn", new BatchNormalization(), name + "2-conv");
        g.addVertex(name + "-add", add(), name + "2-bn", from);
        g.addLayer(name, new ActivationLayer(Activation.RELU), name + "-add");
    }

    private static ElementWiseVertex add() {
        return new ElementWiseVertex(ElementWiseVertex.Op.Add);
    }

    private static ConvolutionLayer conv(int channels, Activation activation) {
        return new ConvolutionLayer.Builder(3, 3)
                .convolutionMode(ConvolutionMode.Same)
                .nOut(channels)
                .activation(activation)
                .build();
    }

    private static SubsamplingLayer max() {
        return new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX, new int[] {2, 2}, new int[] {2, 2})
                .build();
    }

    private static DenseLayer dense(int width, Activation activation) {
        return new DenseLayer.Builder().nOut(width).activation(activation).build();
    }

    private static OutputLayer output() {
        return new OutputLayer.Builder(LossFunction.MSE)
                .nOut(3)
                .activation(Activation.IDENTITY)
                .build();
    }

    private static RnnOutputLayer outputOverTime() {
        return new RnnOutputLayer.Builder(LossFunction.MSE)
                .nOut(3)
                .activation(Activation.IDENTITY)
                .build();
    }
}
