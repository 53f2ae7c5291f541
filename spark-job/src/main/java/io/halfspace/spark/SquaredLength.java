package io.halfspace.spark;

/** The squared length of a vector of floats, in double precision: finite whenever the values are. */
final class SquaredLength {
    private SquaredLength() {}

    /** Of the values from one index to another, exclusive. In four sums, which a processor adds side by side. */
    static double of(float[] values, int from, int to) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = from;
        for (; i + 4 <= to; i += 4) {
            a += (double) values[i] * values[i];
            b += (double) values[i + 1] * values[i + 1];
            c += (double) values[i + 2] * values[i + 2];
            d += (double) values[i + 3] * values[i + 3];
        }
        for (; i < to; i++) {
            a += (double) values[i] * values[i];
        }
        return a + b + (c + d);
    }
}
