package io.halfspace.solver;

/** Inner products of many sets of values: parameters with themselves, update with itself, one with the other. */
record Products(double[] xx, double[] uu, double[] xu) {
    Products(int count) {
        this(new double[count], new double[count], new double[count]);
    }

    void set(int index, double newXx, double newUu, double newXu) {
        xx[index] = newXx;
        uu[index] = newUu;
        xu[index] = newXu;
    }

    void add(int index, double moreXx, double moreUu, double moreXu) {
        xx[index] += moreXx;
        uu[index] += moreUu;
        xu[index] += moreXu;
    }
}
