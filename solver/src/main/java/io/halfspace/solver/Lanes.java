package io.halfspace.solver;

import java.util.Arrays;

/**
 * What steps do with the values of a run: inner products (parameters with themselves, update with itself, one with the
 * other) and the penalised step.
 *
 * <p>The order of additions is fixed, so that all implementations give the same bits on every machine. Value i of a run goes
 * to lane i modulo {@link #LANES} by a multiply-add in float. Lanes i and i + 8 of each half are added, then the halves, then
 * what is left, one half onto the other, until one is. Values after the last full {@link #ROW} are added up in a chain of
 * their own.
 *
 * <p>Not thread-safe: an instance belongs to one thread at a time.
 */
abstract class Lanes {
    static final int LANES = 32;

    /** Values of a row: half of the lanes. */
    static final int ROW = LANES / 2;

    /** Partial sums of each product that {@link #sumRows} leaves. */
    static final int FOLDED = ROW / 2;

    private static final boolean VECTORS =
            ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();

    private final float[] folded = new float[3 * FOLDED];

    /** The fastest implementation that this JVM has. */
    static Lanes fastest() {
        Lanes vector = VECTORS ? vector() : null;
        return vector != null && vector.isFast() ? vector : new ScalarLanes();
    }

    /**
     * That in vector instructions, which must not be named where the JVM was started without their module.
     *
     * @throws IllegalStateException if it was
     */
    static Lanes vector() {
        try {
            return (Lanes) Class.forName("io.halfspace.solver.VectorLanes")
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new IllegalStateException(
                    "Cannot use vector instructions: start Java with --add-modules jdk.incubator.vector", e);
        }
    }

    /** Whether this machine has the instructions that it is written for. */
    abstract boolean isFast();

    /**
     * Sums full rows from {@code from} (inclusive) to {@code to} (exclusive), at least one.
     *
     * @param step whether to subtract {@code u} from {@code x} afterwards
     * @param folded takes {@link #FOLDED} partial sums of xx, then of uu, then of xu
     */
    abstract void sumRows(float[] x, float[] u, int from, int to, boolean step, float[] folded);

    /**
     * Adds to {@code sums}, at {@code index}, those of the values from {@code from} (inclusive) to {@code to} (exclusive).
     *
     * @param step whether to subtract {@code u} from {@code x} there afterwards
     */
    final void add(float[] x, float[] u, int from, int to, boolean step, Products sums, int index) {
        int rest = to - (to - from) % ROW;
        if (from < rest) {
            sumRows(x, u, from, rest, step, folded);
        } else {
            Arrays.fill(folded, 0);
        }
        float xx = 0;
        float uu = 0;
        float xu = 0;
        for (int i = rest; i < to; i++) {
            xx = Math.fma(x[i], x[i], xx);
            uu = Math.fma(u[i], u[i], uu);
            xu = Math.fma(x[i], u[i], xu);
        }
        if (step) {
            GroupStep.plain(x, u, rest, to);
        }
        sums.add(index, (double) fold(0) + xx, (double) fold(FOLDED) + uu, (double) fold(2 * FOLDED) + xu);
    }

    /**
     * {@code x - u - pull x} from {@code from} (inclusive) to {@code to} (exclusive), of which the last product is not rounded.
     * Modifies {@code x}.
     */
    abstract void pull(float[] x, float[] u, int from, int to, float pull);

    private float fold(int first) {
        float s0 = folded[first] + folded[first + 4];
        float s1 = folded[first + 1] + folded[first + 5];
        float s2 = folded[first + 2] + folded[first + 6];
        float s3 = folded[first + 3] + folded[first + 7];
        return (s0 + s2) + (s1 + s3);
    }
}
