package io.halfspace.solver;

/**
 * Inner products of {@link #BLOCK} values at a time, written so that the compiler of JDK 17 turns them into vector
 * instructions, which it never does with a sum into a variable. It does with loops that store one value by one index, if all
 * that they read and write lies in one array at constant distances: so a block is copied beside its update, folded four to
 * one, and folded again, until little is left to add up. Takes about half the time of adding up; where the compiler does not
 * follow, it is slower and gives the same bits.
 *
 * <p>Not thread-safe: the array belongs to one thread at a time.
 */
final class VectorSums {
    /** Values of a block. */
    static final int BLOCK = 2048;

    private static final int QUARTER = BLOCK / 4;
    private static final int LANES = 128;
    private static final int UPDATE = BLOCK;

    /** Where a quarter block of partial sums is kept of xx, then uu, then xu. */
    private static final int PARTIAL = 2 * BLOCK;

    private static final int UU = PARTIAL + QUARTER;
    private static final int XU = UU + QUARTER;

    /** Where the partial sums are kept after the second fold, at the same distances. */
    private static final int FOLDED = XU + QUARTER;

    private final float[] s = new float[FOLDED + 3 * QUARTER];

    /** Adds to {@code sums[at]}, and the two after it, xx, uu and xu of the block at {@code from}. */
    void add(float[] x, float[] u, int from, double[] sums, int at) {
        System.arraycopy(x, from, s, 0, BLOCK);
        System.arraycopy(u, from, s, UPDATE, BLOCK);
        foldX(s);
        foldU(s);
        foldXu(s);
        foldAll(s);
        addUp(s, sums, at);
    }

    private static void foldX(float[] s) {
        for (int i = 0; i < QUARTER; i++) {
            s[i + PARTIAL] = s[i] * s[i]
                    + s[i + QUARTER] * s[i + QUARTER]
                    + s[i + 2 * QUARTER] * s[i + 2 * QUARTER]
                    + s[i + 3 * QUARTER] * s[i + 3 * QUARTER];
        }
    }

    private static void foldU(float[] s) {
        for (int i = 0; i < QUARTER; i++) {
            s[i + UU] = s[i + UPDATE] * s[i + UPDATE]
                    + s[i + UPDATE + QUARTER] * s[i + UPDATE + QUARTER]
                    + s[i + UPDATE + 2 * QUARTER] * s[i + UPDATE + 2 * QUARTER]
                    + s[i + UPDATE + 3 * QUARTER] * s[i + UPDATE + 3 * QUARTER];
        }
    }

    /** With multiply-adds, because the loop would be too long for the compiler without. */
    private static void foldXu(float[] s) {
        for (int i = 0; i < QUARTER; i++) {
            s[i + XU] = Math.fma(
                    s[i],
                    s[i + UPDATE],
                    Math.fma(
                            s[i + QUARTER],
                            s[i + UPDATE + QUARTER],
                            Math.fma(
                                    s[i + 2 * QUARTER],
                                    s[i + UPDATE + 2 * QUARTER],
                                    s[i + 3 * QUARTER] * s[i + UPDATE + 3 * QUARTER])));
        }
    }

    /** Folds all three at once; what is computed between them is of no use and does no harm. */
    private static void foldAll(float[] s) {
        for (int i = 0; i < 2 * QUARTER + LANES; i++) {
            s[i + FOLDED] =
                    s[i + PARTIAL] + s[i + PARTIAL + LANES] + s[i + PARTIAL + 2 * LANES] + s[i + PARTIAL + 3 * LANES];
        }
    }

    private static void addUp(float[] s, double[] sums, int at) {
        float xx0 = 0;
        float xx1 = 0;
        float xx2 = 0;
        float xx3 = 0;
        float uu0 = 0;
        float uu1 = 0;
        float uu2 = 0;
        float uu3 = 0;
        float xu0 = 0;
        float xu1 = 0;
        float xu2 = 0;
        float xu3 = 0;
        for (int i = FOLDED; i < FOLDED + LANES; i += 4) {
            xx0 += s[i];
            xx1 += s[i + 1];
            xx2 += s[i + 2];
            xx3 += s[i + 3];
            uu0 += s[i + QUARTER];
            uu1 += s[i + QUARTER + 1];
            uu2 += s[i + QUARTER + 2];
            uu3 += s[i + QUARTER + 3];
            xu0 += s[i + 2 * QUARTER];
            xu1 += s[i + 2 * QUARTER + 1];
            xu2 += s[i + 2 * QUARTER + 2];
            xu3 += s[i + 2 * QUARTER + 3];
        }
        sums[at] += ((double) xx0 + xx1) + ((double) xx2 + xx3);
        sums[at + 1] += ((double) uu0 + uu1) + ((double) uu2 + uu3);
        sums[at + 2] += ((double) xu0 + xu1) + ((double) xu2 + xu3);
    }
}
