package io.halfspace.dl4j;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** An array of any rank in C order, in single or double precision; the values are not copied. */
public sealed interface Values {
    /** Lengths of the axes, examples outermost. */
    int[] shape();

    /** The values in single precision: the array itself where they are, else a rounded copy. */
    float[] floats();

    /** The values in double precision: the array itself where they are, else a copy. */
    double[] doubles();

    /** A new array of ND4J in the precision of these values; owned by the caller. */
    INDArray toArray();

    static Values of(float[] values, int... shape) {
        return new Floats(values, shape);
    }

    static Values of(double[] values, int... shape) {
        return new Doubles(values, shape);
    }

    /** Single precision. */
    record Floats(float[] values, int[] shape) implements Values {
        public Floats {
            check(values.length, shape);
        }

        @Override
        public float[] floats() {
            return values;
        }

        @Override
        public double[] doubles() {
            double[] copy = new double[values.length];
            for (int i = 0; i < copy.length; i++) {
                copy[i] = values[i];
            }
            return copy;
        }

        @Override
        public INDArray toArray() {
            return Nd4j.createFromArray(values).reshape('c', longs(shape));
        }
    }

    /** Double precision. */
    record Doubles(double[] values, int[] shape) implements Values {
        public Doubles {
            check(values.length, shape);
        }

        @Override
        public float[] floats() {
            float[] copy = new float[values.length];
            for (int i = 0; i < copy.length; i++) {
                copy[i] = (float) values[i];
            }
            return copy;
        }

        @Override
        public double[] doubles() {
            return values;
        }

        @Override
        public INDArray toArray() {
            return Nd4j.createFromArray(values).reshape('c', longs(shape));
        }
    }

    private static long[] longs(int[] shape) {
        return Arrays.stream(shape).asLongStream().toArray();
    }

    private static void check(int values, int[] shape) {
        int expected = 1;
        for (int size : shape) {
            expected = Math.multiplyExact(expected, size);
        }
        if (values != expected) {
            throw new IllegalArgumentException("Cannot form an array of shape %s: found %d values, expected %d"
                    .formatted(Arrays.toString(shape), values, expected));
        }
    }
}
