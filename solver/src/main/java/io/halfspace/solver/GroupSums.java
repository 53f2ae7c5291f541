package io.halfspace.solver;

/**
 * The three inner products of each group that decide everything: parameters with themselves, update with itself, and one
 * with the other, in an order of additions that is fixed by the layout alone.
 *
 * <p>Taken in three parts, so that each can be done where its values are in the cache: {@link #sumColumns} begins, {@link
 * #sumRun} sums a run on its own, {@link #gather} adds the runs of a group. Different groups and runs may be summed by
 * different threads at the same time.
 *
 * <p>Accuracy: up to {@link #BLOCK} values are accumulated in float, in four chains of fused multiply-adds (or, in longer
 * runs, by {@link VectorSums} in shorter chains), and blocks are added in double. The relative error of xx and uu, and that
 * of xu in units of |x||u|, is below {@code 2^-24 (BLOCK / 4 + 3)}, 1.6e-5, and below 1e-6 where values are random; values
 * below 1e-19 count as zero. Double sums would take twice the time, because values must be widened one by one. The
 * multiply-add is exact by definition, but very slow on processors without such an instruction, which the natives that
 * Halfspace ships do not run on either (they are built for AVX2).
 */
final class GroupSums {
    /** Values that are accumulated in float before they go to a double sum. */
    static final int BLOCK = 1024;

    private final GroupLayout layout;
    private final double[] xx;
    private final double[] uu;
    private final double[] xu;
    /** Sums of single runs: xx, uu and xu of run r at 3 r. */
    private final double[] ofRun;

    GroupSums(GroupLayout layout) {
        this.layout = layout;
        xx = new double[layout.groups()];
        uu = new double[layout.groups()];
        xu = new double[layout.groups()];
        ofRun = new double[3 * layout.runs()];
    }

    double xx(int group) {
        return xx[group];
    }

    double uu(int group) {
        return uu[group];
    }

    double xu(int group) {
        return xu[group];
    }

    /** Begins the sums of groups {@code first} (inclusive) to {@code end} (exclusive) anew with their single values. */
    void sumColumns(int first, int end, float[] x, float[] u) {
        for (int g = first; g < end; g++) {
            xx[g] = 0;
            uu[g] = 0;
            xu[g] = 0;
        }
        for (int k = 0; k < layout.columns(); k++) {
            int shift = layout.columnPosition(k) - layout.columnGroup(k);
            int last = Math.min(end, layout.columnGroup(k) + layout.columnCount(k));
            for (int g = Math.max(first, layout.columnGroup(k)); g < last; g++) {
                double x0 = x[g + shift];
                double u0 = u[g + shift];
                xx[g] += x0 * x0;
                uu[g] += u0 * u0;
                xu[g] += x0 * u0;
            }
        }
    }

    /**
     * Sums one run.
     *
     * @param vector of the calling thread
     */
    void sumRun(int run, float[] x, float[] u, VectorSums vector) {
        ofRun[3 * run] = 0;
        ofRun[3 * run + 1] = 0;
        ofRun[3 * run + 2] = 0;
        int to = layout.to(run);
        int from = layout.from(run);
        for (; from <= to - VectorSums.BLOCK; from += VectorSums.BLOCK) {
            vector.add(x, u, from, ofRun, 3 * run);
        }
        for (; from < to; from += BLOCK) {
            sumBlock(x, u, from, Math.min(to, from + BLOCK), ofRun, 3 * run);
        }
    }

    /** Adds the runs of a group to what {@link #sumColumns} began. */
    void gather(int group) {
        for (int i = layout.startOf(group); i < layout.startOf(group + 1); i++) {
            int at = 3 * layout.runOf(i);
            xx[group] += ofRun[at];
            uu[group] += ofRun[at + 1];
            xu[group] += ofRun[at + 2];
        }
    }

    private static void sumBlock(float[] x, float[] u, int from, int to, double[] sums, int at) {
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
        int i = from;
        for (; i < to - 3; i += 4) {
            float x0 = x[i];
            float x1 = x[i + 1];
            float x2 = x[i + 2];
            float x3 = x[i + 3];
            float u0 = u[i];
            float u1 = u[i + 1];
            float u2 = u[i + 2];
            float u3 = u[i + 3];
            xx0 = Math.fma(x0, x0, xx0);
            xx1 = Math.fma(x1, x1, xx1);
            xx2 = Math.fma(x2, x2, xx2);
            xx3 = Math.fma(x3, x3, xx3);
            uu0 = Math.fma(u0, u0, uu0);
            uu1 = Math.fma(u1, u1, uu1);
            uu2 = Math.fma(u2, u2, uu2);
            uu3 = Math.fma(u3, u3, uu3);
            xu0 = Math.fma(x0, u0, xu0);
            xu1 = Math.fma(x1, u1, xu1);
            xu2 = Math.fma(x2, u2, xu2);
            xu3 = Math.fma(x3, u3, xu3);
        }
        for (; i < to; i++) {
            xx0 = Math.fma(x[i], x[i], xx0);
            uu0 = Math.fma(u[i], u[i], uu0);
            xu0 = Math.fma(x[i], u[i], xu0);
        }
        sums[at] += ((double) xx0 + xx1) + ((double) xx2 + xx3);
        sums[at + 1] += ((double) uu0 + uu1) + ((double) uu2 + uu3);
        sums[at + 2] += ((double) xu0 + xu1) + ((double) xu2 + xu3);
    }
}
