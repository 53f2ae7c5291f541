package io.halfspace.solver;

import java.util.Arrays;

/** Inner products of many sets of values: parameters with themselves, update with itself, one with the other. */
record Products(double[] xx, double[] uu, double[] xu) {
    Products(int count) {
        this(new double[count], new double[count], new double[count]);
    }

    /** Begins anew from {@code first} (inclusive) to {@code end} (exclusive). */
    void clear(int first, int end) {
        Arrays.fill(xx, first, end, 0);
        Arrays.fill(uu, first, end, 0);
        Arrays.fill(xu, first, end, 0);
    }

    void add(int index, double moreXx, double moreUu, double moreXu) {
        xx[index] += moreXx;
        uu[index] += moreUu;
        xu[index] += moreXu;
    }
}
