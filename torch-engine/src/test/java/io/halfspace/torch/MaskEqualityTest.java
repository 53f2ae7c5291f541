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
import org.deeplearning4j.nn.conf.layers.Convolution1D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;

/** Masks through layers that move, join or leave out positions. */
final class MaskEqualityTest {
    private static final int HEIGHT = 6;
    private static final int WIDTH = 7;
    /** Another number than heights have on their way: Deeplearning4j would take a mask of that height for unchanged. */
    private static final int ROWS = 5;

    @TestFactory
    Stream<DynamicTest> images() {
        Cases cases = new Cases();
        for (PoolingType type : List.of(PoolingType.MAX, PoolingType.AVG, PoolingType.SUM, PoolingType.PNORM)) {
            images(cases, "global pooling %s of images of different heights".formatted(type), HEIGHT, 1, pooled(type));
            images(cases, "global pooling %s of images of different widths".formatted(type), 1, WIDTH, pooled(type));
            images(cases, "global pooling %s of any positions".formatted(type), HEIGHT, WIDTH, pooled(type));
        }
        for (ConvolutionMode mode : List.of(ConvolutionMode.Same, ConvolutionMode.Truncate)) {
            for (int stride = 1; stride <= 2; stride++) {
                images(
                        cases,
                        "convolution and pooling %s stride %d".formatted(mode, stride),
                        HEIGHT,
                        1,
                        new ConvolutionLayer.Builder(3, 2)
                                .nOut(3)
                                .stride(stride, 1)
                                .convolutionMode(mode)
                                .build(),
                        new SubsamplingLayer.Builder(
                                        SubsamplingLayer.PoolingType.AVG, new int[] {2, 2}, new int[] {1, stride})
                                .convolutionMode(mode)
                                .build(),
                        pooled(PoolingType.AVG));
            }
        }
        return cases.tests();
    }

    @TestFactory
    Stream<DynamicTest> series() {
        Cases cases = new Cases();
        InputType input = InputType.recurrent(3, 9);
        for (ConvolutionMode mode : List.of(ConvolutionMode.Same, ConvolutionMode.Truncate, ConvolutionMode.Causal)) {
            inSinglePrecision(
                    cases,
                    "convolution over time %s".formatted(mode),
                    new Convolution1D.Builder(3)
                            .nOut(4)
                            .stride(2)
                            .convolutionMode(mode)
                            .build(),
                    pooled(PoolingType.AVG));
        }
        for (SubsamplingLayer.PoolingType type :
                List.of(SubsamplingLayer.PoolingType.MAX, SubsamplingLayer.PoolingType.AVG)) {
            inSinglePrecision(
                    cases,
                    "pooling over time %s".formatted(type),
                    new Convolution1D.Builder(1).nOut(4).build(),
                    new Subsampling1DLayer.Builder(type, 3, 2).build(),
                    pooled(PoolingType.AVG));
        }
        cases.masked(
                "convolution over every step",
                input,
                new Convolution1D.Builder(3)
                        .nOut(4)
                        .convolutionMode(ConvolutionMode.Same)
                        .build());
        for (RNNFormat format : RNNFormat.values()) {
            cases.masked(
                    "each step %s".formatted(format),
                    InputType.recurrent(3, 5, format),
                    new LSTM.Builder().nOut(3).dataFormat(format).build(),
                    new TimeDistributed(new DenseLayer.Builder().nOut(4).build(), format));
        }
        return cases.tests();
    }

    /** In double precision, Deeplearning4j cannot make masks of series shorter. */
    private static void inSinglePrecision(Cases cases, String name, Layer... layers) {
        int seed = name.hashCode();
        cases.put(name + ", masked", seed, () -> {
            Chain chain = Chain.of(InputType.recurrent(3, 9), layers);
            EngineEquality.assertEqual(
                    chain.network().apply(DataType.FLOAT),
                    chain.maskedBatch(3, seed),
                    seed,
                    EngineEquality.FLOAT_TOLERANCE);
        });
    }

    private static GlobalPoolingLayer pooled(PoolingType type) {
        return new GlobalPoolingLayer.Builder(type).pnorm(2).build();
    }

    /** Images that end early: in the masked lengths, each at a random row or column. */
    private static void images(Cases cases, String name, int heights, int widths, Layer... layers) {
        int seed = name.hashCode();
        cases.put(name, seed, () -> {
            Chain chain = Chain.of(InputType.convolutional(HEIGHT, WIDTH, 2, CNN2DFormat.NCHW), layers);
            Random random = new Random(seed);
            float[] present = new float[ROWS * heights * widths];
            for (int row = 0; row < ROWS; row++) {
                int toHeight = row == 0 ? heights : Math.min(heights, 4 + random.nextInt(HEIGHT - 4));
                int toWidth = row == 0 ? widths : Math.min(widths, 4 + random.nextInt(WIDTH - 4));
                for (int y = 0; y < toHeight; y++) {
                    for (int x = 0; x < toWidth; x++) {
                        present[(row * heights + y) * widths + x] = 1;
                    }
                }
            }
            Batch.Input input = new Batch.Input(
                    Chain.normal(random, ROWS, 2, HEIGHT, WIDTH),
                    Optional.of(Values.of(present, ROWS, 1, heights, widths)));
            EngineEquality.assertEqual(chain.network(), Chain.labelled(chain.network(), List.of(input), random), seed);
        });
    }
}
