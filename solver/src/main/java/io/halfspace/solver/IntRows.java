package io.halfspace.solver;

import java.util.Arrays;

/** Rows of ints, added one after the other, read column by column. */
final class IntRows {
    private final int width;
    private int[] values = new int[64];
    private int size;

    IntRows(int width) {
        this.width = width;
    }

    void add(int... row) {
        if (size + width > values.length) {
            values = Arrays.copyOf(values, 2 * values.length);
        }
        System.arraycopy(row, 0, values, size, width);
        size += width;
    }

    int[] column(int index) {
        int[] column = new int[size / width];
        Arrays.setAll(column, row -> values[row * width + index]);
        return column;
    }
}
