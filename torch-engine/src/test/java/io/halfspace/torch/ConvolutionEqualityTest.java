package io.halfspace.torch;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Convolution1D;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.Deconvolution3D;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Convolutions of random sizes, in every mode and layout. */
final class ConvolutionEqualityTest {
    private static final ConvolutionMode[] MODES = {
        ConvolutionMode.Same, ConvolutionMode.Truncate, ConvolutionMode.Strict
    };

    @TestFactory
    Stream<DynamicTest> images() {
        Cases cases = new Cases();
        Random random = new Random(11);
        for (CNN2DFormat format : CNN2DFormat.values()) {
            for (ConvolutionMode mode : MODES) {
                for (int round = 0; round < 2; round++) {
                    Sizes sizes = Sizes.of(random, mode);
                    InputType input = InputType.convolutional(sizes.height, sizes.width, 2, format);
                    String name = "%s %s %s".formatted(format, mode, sizes);
                    cases.add(
                            "convolution " + name,
                            input,
                            first(format),
                            new ConvolutionLayer.Builder(sizes.kernelH, sizes.kernelW)
                                    .nOut(3)
                                    .stride(sizes.stride, sizes.stride)
                                    .padding(sizes.padding, sizes.padding)
                                    .dilation(sizes.dilation, sizes.dilation)
                                    .convolutionMode(mode)
                                    .hasBias(round == 0)
                                    .dataFormat(format)
                                    .build());
                    cases.add(
                            "depthwise " + name,
                            input,
                            first(format),
                            new DepthwiseConvolution2D.Builder(sizes.kernelH, sizes.kernelW)
                                    .depthMultiplier(2)
                                    .stride(sizes.stride, sizes.stride)
                                    .padding(sizes.padding, sizes.padding)
                                    .convolutionMode(mode)
                                    .hasBias(round == 0)
                                    .dataFormat(format)
                                    .build());
                    cases.add(
                            "separable " + name,
                            input,
                            first(format),
                            new SeparableConvolution2D.Builder(sizes.kernelH, sizes.kernelW)
                                    .nOut(3)
                                    .depthMultiplier(2)
                                    .stride(sizes.stride, sizes.stride)
                                    .padding(sizes.padding, sizes.padding)
                                    .convolutionMode(mode)
                                    .hasBias(round == 0)
                                    .dataFormat(format)
                                    .build());
                    cases.add(
                            "transposed " + name,
                            input,
                            first(format),
                            new Deconvolution2D.Builder(sizes.kernelH, sizes.kernelW)
                                    .nOut(3)
                                    .stride(sizes.stride, sizes.stride)
                                    .padding(sizes.padding, sizes.padding)
                                    .convolutionMode(mode)
                                    .hasBias(round == 0)
                                    .dataFormat(format)
                                    .build());
                }
            }
        }
        return cases.tests();
    }

    @TestFactory
    Stream<DynamicTest> series() {
        Cases cases = new Cases();
        InputType input = InputType.recurrent(3, 9);
        for (ConvolutionMode mode : List.of(ConvolutionMode.Same, ConvolutionMode.Truncate, ConvolutionMode.Causal)) {
            for (int stride = 1; stride <= 2; stride++) {
                Layer layer = new Convolution1D.Builder(3)
                        .nOut(4)
                        .stride(stride)
                        .padding(mode == ConvolutionMode.Truncate ? 1 : 0)
                        .dilation(mode == ConvolutionMode.Causal && stride == 1 ? 2 : 1)
                        .convolutionMode(mode)
                        .build();
                Layer first = new Convolution1D.Builder(1).nOut(3).build();
                cases.add("over time %s stride %d".formatted(mode, stride), input, first, layer);
            }
        }
        return cases.tests();
    }

    @TestFactory
    Stream<DynamicTest> volumes() {
        Cases cases = new Cases();
        for (Convolution3D.DataFormat format : Convolution3D.DataFormat.values()) {
            InputType input = InputType.convolutional3D(format, 5, 4, 6, 2);
            for (ConvolutionMode mode : List.of(ConvolutionMode.Same, ConvolutionMode.Truncate)) {
                int padding = mode == ConvolutionMode.Truncate ? 1 : 0;
                cases.add(
                        "volume %s %s".formatted(format, mode),
                        input,
                        new Convolution3D.Builder(2, 3, 2)
                                .nOut(3)
                                .stride(2, 1, 2)
                                .padding(padding, padding, padding)
                                .convolutionMode(mode)
                                .dataFormat(format)
                                .build());
                cases.add(
                        "transposed volume %s %s".formatted(format, mode),
                        input,
                        new Deconvolution3D.Builder()
                                .kernelSize(2, 3, 2)
                                .nOut(3)
                                .stride(2, 1, 2)
                                .convolutionMode(mode)
                                .dataFormat(format)
                                .build());
            }
        }
        return cases.tests();
    }

    /** So that the gradient after the input of the tested layer is tested, too. */
    private static Layer first(CNN2DFormat format) {
        return new ConvolutionLayer.Builder(1, 1).nOut(2).dataFormat(format).build();
    }

    /** Sizes that fit each other; with Strict, without a remainder. */
    private record Sizes(int height, int width, int kernelH, int kernelW, int stride, int padding, int dilation) {
        static Sizes of(Random random, ConvolutionMode mode) {
            int kernelH = 1 + random.nextInt(3);
            int kernelW = 1 + random.nextInt(3);
            int stride = 1 + random.nextInt(2);
            int padding = mode == ConvolutionMode.Same ? 0 : random.nextInt(2);
            int dilation = mode == ConvolutionMode.Strict ? 1 : 1 + random.nextInt(2);
            int height = 5 + random.nextInt(4);
            int width = 5 + random.nextInt(4);
            if (mode == ConvolutionMode.Strict) {
                height -= (height + 2 * padding - kernelH) % stride;
                width -= (width + 2 * padding - kernelW) % stride;
            }
            return new Sizes(height, width, kernelH, kernelW, stride, padding, dilation);
        }
    }
}
