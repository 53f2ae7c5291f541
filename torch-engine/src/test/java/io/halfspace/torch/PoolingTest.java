package io.halfspace.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;

/** Where no gradient is wanted the largest values of windows are found in another way, which must not show. */
final class PoolingTest {
    private static final int CASES = 40;
    private static final int MOST_AXES = 3;

    @TestFactory
    Stream<DynamicTest> largestValues_areTheSameWithAndWithoutGradient() {
        return IntStream.range(0, CASES)
                .mapToObj(seed -> DynamicTest.dynamicTest("seed " + seed, () -> assertSame(new Random(seed))));
    }

    @SuppressWarnings("try")
    private static void assertSame(Random random) {
        int axes = 1 + random.nextInt(MOST_AXES);
        int[] kernel = sizes(random, axes, 4);
        Window window = Window.of(
                kernel,
                sizes(random, axes, 3),
                new int[axes],
                sizes(random, axes, 2),
                random.nextBoolean() ? ConvolutionMode.Same : ConvolutionMode.Truncate);
        int[] shape = new int[axes + 2];
        shape[0] = 2;
        shape[1] = 3;
        for (int i = 0; i < axes; i++) {
            int span = (int) ((kernel[i] - 1) * window.dilation()[i] + 1);
            shape[i + 2] = span + random.nextInt(6);
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor plain = Tensors.of(Chain.normal(random, shape), Tensors.type(DataType.FLOAT));
            Tensor trained = plain.detach();
            Tensor fast = Pooling.max(plain, window);
            trained.set_requires_grad(true);
            Tensor expected = Pooling.max(trained, window).detach();
            assertThat(Tensors.shape(fast)).isEqualTo(Tensors.shape(expected));
            assertThat(Tensors.values(fast).floats())
                    .isEqualTo(Tensors.values(expected).floats());
        }
    }

    private static int[] sizes(Random random, int axes, int most) {
        return random.ints(axes, 1, most + 1).toArray();
    }
}
