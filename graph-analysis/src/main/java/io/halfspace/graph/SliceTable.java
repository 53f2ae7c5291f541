package io.halfspace.graph;

import java.util.Arrays;

/**
 * The slices of many groups in flat arrays: group g owns slices {@code start(g)} (inclusive) to {@code start(g + 1)}
 * (exclusive). Made for loops that visit every parameter on each training step.
 */
public final class SliceTable {
    private final int[] start;
    private final int[] offset;
    private final int[] length;
    private final int[] stride;
    private final int[] runs;

    SliceTable(int[] start, int[] offset, int[] length, int[] stride, int[] runs) {
        this.start = start;
        this.offset = offset;
        this.length = length;
        this.stride = stride;
        this.runs = runs;
    }

    public int groups() {
        return start.length - 1;
    }

    /** Index of the first slice of a group; {@code start(groups())} is the number of slices. */
    public int start(int group) {
        return start[group];
    }

    public int offset(int slice) {
        return offset[slice];
    }

    public int length(int slice) {
        return length[slice];
    }

    public int stride(int slice) {
        return stride[slice];
    }

    public int runs(int slice) {
        return runs[slice];
    }

    /** Number of values in a group. */
    public int variables(int group) {
        int sum = 0;
        for (int i = start[group]; i < start[group + 1]; i++) {
            sum += length[i] * runs[i];
        }
        return sum;
    }

    /** Sets every value of a group to zero. Modifies {@code values} at the group's positions only. */
    public void clear(int group, float[] values) {
        for (int i = start[group]; i < start[group + 1]; i++) {
            for (int r = 0; r < runs[i]; r++) {
                int from = offset[i] + r * stride[i];
                Arrays.fill(values, from, from + length[i], 0f);
            }
        }
    }

    /** Whether every value of a group is exactly zero. */
    public boolean isZero(int group, float[] values) {
        for (int i = start[group]; i < start[group + 1]; i++) {
            for (int r = 0; r < runs[i]; r++) {
                int from = offset[i] + r * stride[i];
                for (int p = from; p < from + length[i]; p++) {
                    if (values[p] != 0f) {
                        return false;
                    }
                }
            }
        }
        return true;
    }
}
