package io.halfspace.solver;

import io.halfspace.graph.SliceTable;

/**
 * The three inner products of each group that decide everything: parameters with themselves, update with itself, and one
 * with the other. Accumulated in double, in an order fixed by the slices alone.
 *
 * <p>Different groups may be summed by different threads at the same time.
 */
final class GroupSums {
    private final SliceTable table;
    private final double[] xx;
    private final double[] uu;
    private final double[] xu;

    GroupSums(SliceTable table) {
        this.table = table;
        xx = new double[table.groups()];
        uu = new double[table.groups()];
        xu = new double[table.groups()];
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

    /** Sums one group anew. Modifies neither vector. */
    void sum(int group, float[] x, float[] u) {
        xx[group] = 0;
        uu[group] = 0;
        xu[group] = 0;
        for (int i = table.start(group); i < table.start(group + 1); i++) {
            int from = table.offset(i);
            for (int r = 0; r < table.runs(i); r++) {
                add(group, x, u, from, from + table.length(i));
                from += table.stride(i);
            }
        }
    }

    /**
     * Four independent chains of additions a sum: one chain would wait for each addition to finish. The product of two
     * floats is exact in double, so only the additions round.
     */
    private void add(int group, float[] x, float[] u, int from, int to) {
        double xx0 = 0;
        double xx1 = 0;
        double xx2 = 0;
        double xx3 = 0;
        double uu0 = 0;
        double uu1 = 0;
        double uu2 = 0;
        double uu3 = 0;
        double xu0 = 0;
        double xu1 = 0;
        double xu2 = 0;
        double xu3 = 0;
        int i = from;
        for (; i < to - 3; i += 4) {
            double x0 = x[i];
            double x1 = x[i + 1];
            double x2 = x[i + 2];
            double x3 = x[i + 3];
            double u0 = u[i];
            double u1 = u[i + 1];
            double u2 = u[i + 2];
            double u3 = u[i + 3];
            xx0 += x0 * x0;
            xx1 += x1 * x1;
            xx2 += x2 * x2;
            xx3 += x3 * x3;
            uu0 += u0 * u0;
            uu1 += u1 * u1;
            uu2 += u2 * u2;
            uu3 += u3 * u3;
            xu0 += x0 * u0;
            xu1 += x1 * u1;
            xu2 += x2 * u2;
            xu3 += x3 * u3;
        }
        for (; i < to; i++) {
            double x0 = x[i];
            double u0 = u[i];
            xx0 += x0 * x0;
            uu0 += u0 * u0;
            xu0 += x0 * u0;
        }
        xx[group] += (xx0 + xx1) + (xx2 + xx3);
        uu[group] += (uu0 + uu1) + (uu2 + uu3);
        xu[group] += (xu0 + xu1) + (xu2 + xu3);
    }
}
