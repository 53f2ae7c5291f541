package io.halfspace.solver;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** Runs with {@code --add-modules jdk.incubator.vector}; one test starts a JVM without. */
final class LanesTest {
    private static final int LONGEST = 300;

    private final Lanes scalar = new ScalarLanes();
    private final Lanes vector = Lanes.vector();

    @RepeatedTest(500)
    void vectorInstructions_giveTheSameBits(RepetitionInfo repetition) {
        long seed = repetition.getCurrentRepetition();
        Random random = new Random(seed);
        int length = random.nextInt(LONGEST);
        int from = random.nextInt(40);
        float[] x = values(random, from + length + random.nextInt(40));
        float[] u = values(random, x.length);
        float[] y = x.clone();
        boolean step = random.nextBoolean();
        Products one = new Products(3);
        Products other = new Products(3);
        scalar.add(x, u, from, from + length, step, one, 1);
        vector.add(y, u, from, from + length, step, other, 1);
        assertThat(other.xx()).as("xx, seed %d", seed).containsExactly(one.xx());
        assertThat(other.uu()).as("uu, seed %d", seed).containsExactly(one.uu());
        assertThat(other.xu()).as("xu, seed %d", seed).containsExactly(one.xu());
        assertThat(y).as("step, seed %d", seed).containsExactly(x);
        float pull = random.nextFloat();
        scalar.pull(x, u, from, from + length, pull);
        vector.pull(y, u, from, from + length, pull);
        assertThat(y).as("pull, seed %d", seed).containsExactly(x);
    }

    @RepeatedTest(20)
    void step_isPlainAndTouchesNothingElse(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        int from = random.nextInt(40);
        int to = from + random.nextInt(LONGEST);
        float[] x = values(random, to + 20);
        float[] u = values(random, x.length);
        for (Lanes lanes : new Lanes[] {scalar, vector}) {
            float[] y = x.clone();
            lanes.add(y, u, from, to, true, new Products(1), 0);
            for (int i = 0; i < x.length; i++) {
                assertThat(y[i]).isEqualTo(i < from || i >= to ? x[i] : x[i] - u[i]);
            }
        }
    }

    /** Until it is compiled the vector API allocates every vector. */
    @Test
    void compiledVectorInstructions_allocateNothing() {
        ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        float[] x = Vectors.random(1000, 1, 1);
        float[] u = Vectors.random(1000, 2, 1e-3f);
        Products sums = new Products(1);
        long allocated = Long.MAX_VALUE;
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (allocated > 0 && System.nanoTime() < end) {
            long before = thread.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 500; i++) {
                vector.add(x, u, 0, x.length, i % 2 == 0, sums, 0);
                vector.pull(x, u, 0, x.length, 1e-3f);
            }
            allocated = thread.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(allocated).isZero();
    }

    @Test
    void trainingWithoutTheModule_hasTheSameBits() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process without = new ProcessBuilder(
                        java, "-Xmx1g", "-cp", System.getProperty("java.class.path"), TrainingDigest.class.getName())
                .redirectErrorStream(true)
                .start();
        String printed = new String(without.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertThat(without.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(Lanes.fastest()).isInstanceOf(vector.isFast() ? vector.getClass() : ScalarLanes.class);
        assertThat(printed).isEqualToIgnoringNewLines("ScalarLanes" + TrainingDigest.ofAllSolvers());
    }

    /** Of all magnitudes, with zeros and, in some vectors, what diverged training leaves. */
    private static float[] values(Random random, int length) {
        boolean diverged = random.nextInt(10) == 0;
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(30) - 15));
            if (random.nextInt(8) == 0) {
                values[i] = random.nextBoolean() ? 0f : -0f;
            } else if (diverged && random.nextInt(20) == 0) {
                values[i] = random.nextBoolean() ? Float.POSITIVE_INFINITY : 1e30f;
            }
        }
        return values;
    }
}
