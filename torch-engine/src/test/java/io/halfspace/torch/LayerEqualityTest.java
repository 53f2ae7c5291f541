package io.halfspace.torch;

import io.halfspace.dl4j.Batch;
import io.halfspace.dl4j.Values;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
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
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.misc.RepeatVector;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationCube;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationHardTanH;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationMish;
import org.nd4j.linalg.activations.impl.ActivationRationalTanh;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationRectifiedTanh;
import org.nd4j.linalg.activations.impl.ActivationSELU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationSoftSign;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.activations.impl.ActivationThresholdedReLU;

/** Layers that are not convolutions, recurrent or outputs. */
@SuppressWarnings("rawtypes") // Deeplearning4j's builders are.
final class LayerEqualityTest {
    @TestFactory
    Stream<DynamicTest> activations() {
        Cases cases = new Cases();
        for (IActivation activation : List.of(
                new ActivationCube(),
                new ActivationELU(),
                new ActivationELU(0.4),
                new ActivationGELU(false),
                new ActivationGELU(true),
                new ActivationHardSigmoid(),
                new ActivationHardTanH(),
                new ActivationIdentity(),
                new ActivationLReLU(0.25),
                new ActivationMish(),
                new ActivationRationalTanh(),
                new ActivationRectifiedTanh(),
                new ActivationReLU(),
                new ActivationReLU(1.0, null, null),
                new ActivationReLU(1.5, 0.0, 0.1),
                new ActivationReLU(null, 0.4, 0.1),
                new ActivationReLU6(),
                new ActivationSELU(),
                new ActivationSigmoid(),
                new ActivationSoftmax(),
                new ActivationSoftPlus(),
                new ActivationSoftSign(),
                new ActivationSwish(),
                new ActivationTanH(),
                new ActivationThresholdedReLU(0.3))) {
            // ND4J has some constants of activations in single precision.
            cases.addRounded(
                    activation.toString(),
                    InputType.feedForward(5),
                    new DenseLayer.Builder().nOut(6).activation(activation).build(),
                    new ActivationLayer(activation));
        }
        return cases.tests();
    }

    @TestFactory
    Stream<DynamicTest> plainFeatures() {
        InputType input = InputType.feedForward(6);
        return new Cases()
                .add("dense", input, new DenseLayer.Builder().nOut(4).build())
                .add(
                        "dense without bias",
                        input,
                        new DenseLayer.Builder().nOut(4).hasBias(false).build())
                .add(
                        "layer norm",
                        input,
                        new DenseLayer.Builder().nOut(4).hasLayerNorm(true).build())
                .add(
                        "element-wise product",
                        input,
                        new DenseLayer.Builder().nOut(4).build(),
                        new ElementWiseMultiplicationLayer.Builder()
                                .nIn(4)
                                .nOut(4)
                                .build())
                .add("batch norm", input, new DenseLayer.Builder().nOut(4).build(), norm(true, false))
                .add("repeat", input, new DenseLayer.Builder().nOut(4).build(), new RepeatVector.Builder(3).build())
                .add(
                        "frozen",
                        input,
                        new FrozenLayer(new DenseLayer.Builder().nOut(4).build()),
                        new DenseLayer.Builder().nOut(4).build())
                .add(
                        "frozen with backpropagation",
                        input,
                        new DenseLayer.Builder().nOut(4).build(),
                        new FrozenLayerWithBackprop(
                                new DenseLayer.Builder().nOut(4).build()))
                .add(
                        "dense, weights in several blocks",
                        InputType.feedForward(500),
                        new DenseLayer.Builder().nOut(1200).build())
                .put(
                        "embedding",
                        8,
                        () -> embedding(
                                new EmbeddingLayer.Builder()
                                        .nIn(7)
                                        .nOut(4)
                                        .hasBias(true)
                                        .build(),
                                InputType.feedForward(7),
                                1))
                .put(
                        "embedding of series",
                        9,
                        () -> embedding(
                                new EmbeddingSequenceLayer.Builder()
                                        .nIn(7)
                                        .nOut(4)
                                        .inputLength(5)
                                        .build(),
                                InputType.recurrent(7, 5),
                                5))
                .tests();
    }

    private static void embedding(Layer layer, InputType input, int steps) {
        Chain chain = Chain.of(input, layer);
        Random random = new Random(4);
        float[] indices = new float[3 * steps];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = random.nextInt(7);
        }
        Values values = steps == 1 ? Values.of(indices, 3, 1) : Values.of(indices, 3, 1, steps);
        Batch batch = Chain.labelled(chain.network(), List.of(new Batch.Input(values, Optional.empty())), random);
        EngineEquality.assertEqual(chain.network(), batch, 4);
    }

    private static BatchNormalization norm(boolean logStd, boolean locked) {
        return new BatchNormalization.Builder()
                .useLogStd(logStd)
                .lockGammaBeta(locked)
                .eps(1e-3)
                .decay(0.8)
                .build();
    }

    @TestFactory
    Stream<DynamicTest> images() {
        Cases cases = new Cases();
        for (CNN2DFormat format : CNN2DFormat.values()) {
            InputType input = InputType.convolutional(7, 6, 3, format);
            ConvolutionLayer first = new ConvolutionLayer.Builder(2, 2)
                    .nOut(4)
                    .dataFormat(format)
                    .build();
            for (PoolingType type : List.of(PoolingType.MAX, PoolingType.AVG, PoolingType.PNORM)) {
                for (ConvolutionMode mode : List.of(ConvolutionMode.Same, ConvolutionMode.Truncate)) {
                    cases.add(
                            "pooling %s %s %s".formatted(format, type, mode),
                            input,
                            first,
                            new SubsamplingLayer.Builder(window(type), new int[] {3, 2}, new int[] {2, 1})
                                    .padding(mode == ConvolutionMode.Same ? 0 : 1, 0)
                                    .pnorm(3)
                                    .convolutionMode(mode)
                                    .dataFormat(format)
                                    .build());
                }
                cases.add(
                        "pooling %s %s over the end".formatted(format, type),
                        input,
                        first,
                        new SubsamplingLayer.Builder(window(type), new int[] {8, 6}, new int[] {3, 2})
                                .pnorm(3)
                                .convolutionMode(ConvolutionMode.Truncate)
                                .dataFormat(format)
                                .build());
                cases.add(
                        "global pooling %s %s".formatted(format, type),
                        input,
                        first,
                        new GlobalPoolingLayer.Builder(type)
                                .pnorm(2)
                                .poolingDimensions(format == CNN2DFormat.NHWC ? new int[] {1, 2} : new int[] {2, 3})
                                .build());
            }
            cases.add(
                    "batch norm " + format, input, first, norm(true, false), new ActivationLayer(new ActivationTanH()));
            cases.add("batch norm with variance " + format, input, first, norm(false, false));
            cases.add(
                    "upsampling " + format,
                    input,
                    first,
                    new Upsampling2D.Builder()
                            .size(new int[] {2, 3})
                            .dataFormat(format)
                            .build());
            cases.add(
                    "zero padding " + format,
                    input,
                    first,
                    new ZeroPaddingLayer.Builder(1, 2, 0, 3).dataFormat(format).build());
            cases.add(
                    "cropping " + format,
                    input,
                    first,
                    new Cropping2D.Builder(1, 2, 0, 1).dataFormat(format).build());
            cases.add(
                    "space to depth " + format,
                    InputType.convolutional(5, 7, 3, format),
                    first,
                    new SpaceToDepthLayer.Builder(2).dataFormat(format).build());
            cases.add(
                    "flattened " + format,
                    input,
                    first,
                    new DenseLayer.Builder().nOut(4).build());
        }
        cases.add(
                "sum pooling",
                InputType.convolutional(4, 5, 3),
                new GlobalPoolingLayer.Builder(PoolingType.SUM).build());
        cases.add(
                "locked batch norm",
                InputType.convolutional(4, 5, 3),
                new ConvolutionLayer.Builder(2, 2).nOut(4).build(),
                norm(false, true));
        // Deeplearning4j cannot compute the gradient of 4 rows.
        cases.put("parametric relu", 2, () -> {
            Chain chain = Chain.of(
                    InputType.convolutional(4, 5, 3),
                    new PReLULayer.Builder()
                            .inputShape(3, 4, 5)
                            .sharedAxes(2, 3)
                            .build());
            EngineEquality.assertEqual(chain.network(), chain.batch(2, 2), 2);
        });
        for (CNN2DFormat format : CNN2DFormat.values()) {
            cases.add(
                    "local response " + format,
                    InputType.convolutional(7, 6, 3, format),
                    new ConvolutionLayer.Builder(2, 2)
                            .nOut(7)
                            .dataFormat(format)
                            .build(),
                    new LocalResponseNormalization.Builder(1.5, 5, 0.3, 0.7)
                            .dataFormat(format)
                            .build());
        }
        return cases.tests();
    }

    @TestFactory
    Stream<DynamicTest> volumesAndSeries() {
        Cases cases = new Cases();
        for (Convolution3D.DataFormat format : Convolution3D.DataFormat.values()) {
            InputType input = InputType.convolutional3D(format, 4, 5, 4, 2);
            Convolution3D before = new Convolution3D.Builder(1, 2, 1)
                    .nOut(3)
                    .dataFormat(format)
                    .build();
            for (Subsampling3DLayer.PoolingType type :
                    List.of(Subsampling3DLayer.PoolingType.MAX, Subsampling3DLayer.PoolingType.AVG)) {
                cases.add(
                        "pooling %s %s".formatted(format, type),
                        input,
                        before,
                        new Subsampling3DLayer.Builder(type)
                                .kernelSize(2, 2, 2)
                                .stride(1, 2, 2)
                                .convolutionMode(ConvolutionMode.Same)
                                .dataFormat(format)
                                .build());
            }
            cases.add(
                    "upsampling " + format,
                    input,
                    before,
                    new Upsampling3D.Builder(2).dataFormat(format).build());
        }
        InputType volume = InputType.convolutional3D(Convolution3D.DataFormat.NCDHW, 4, 5, 4, 2);
        Convolution3D first = new Convolution3D.Builder(1, 1, 1).nOut(2).build();
        cases.add("zero padding", volume, first, new ZeroPadding3DLayer.Builder(1, 0, 2, 1, 0, 1).build());
        cases.add("cropping", volume, first, new Cropping3D.Builder(1, 0, 2, 1, 0, 1).build());
        cases.add("flattened", volume, new DenseLayer.Builder().nOut(3).build());
        InputType series = InputType.recurrent(3, 8);
        for (PoolingType type : List.of(PoolingType.MAX, PoolingType.AVG, PoolingType.PNORM)) {
            cases.add(
                    "series pooling " + type,
                    series,
                    new Subsampling1DLayer.Builder(window(type), 3, 2).pnorm(2).build());
            cases.add(
                    "global pooling " + type,
                    series,
                    new GlobalPoolingLayer.Builder(type).pnorm(3).build());
            cases.masked(
                    "global pooling " + type,
                    series,
                    new GlobalPoolingLayer.Builder(type).pnorm(3).build());
        }
        cases.masked("dense", series, new DenseLayer.Builder().nOut(4).build());
        cases.add(
                "dense NWC",
                InputType.recurrent(3, 8, RNNFormat.NWC),
                new DenseLayer.Builder().nOut(4).build());
        cases.add("upsampling", series, new Upsampling1D.Builder(2).build());
        cases.add("zero padding of series", series, new ZeroPadding1DLayer.Builder(1, 2).build());
        cases.add("cropping of series", series, new Cropping1D.Builder(1, 2).build());
        return cases.tests();
    }

    private static SubsamplingLayer.PoolingType window(PoolingType type) {
        return SubsamplingLayer.PoolingType.valueOf(type.name());
    }
}
