package io.halfspace.solver;

import io.halfspace.graph.SliceTable;

/** The steps that a single group can take; positions outside the group are not touched. */
final class GroupStep {
    private final SliceTable table;

    GroupStep(SliceTable table) {
        this.table = table;
    }

    /** {@code x - u}. Modifies {@code x}. */
    void plain(int group, float[] x, float[] u) {
        for (int i = table.start(group); i < table.start(group + 1); i++) {
            int from = table.offset(i);
            for (int r = 0; r < table.runs(i); r++) {
                plain(x, u, from, from + table.length(i));
                from += table.stride(i);
            }
        }
    }

    /** {@code x - (pull x + push u)}. Modifies {@code x}. */
    void pulled(int group, float[] x, float[] u, float pull, float push) {
        for (int i = table.start(group); i < table.start(group + 1); i++) {
            int from = table.offset(i);
            for (int r = 0; r < table.runs(i); r++) {
                pulled(x, u, from, from + table.length(i), pull, push);
                from += table.stride(i);
            }
        }
    }

    /** Exact zero. Modifies {@code x}. */
    void clear(int group, float[] x) {
        table.clear(group, x);
    }

    static void plain(float[] x, float[] u, int from, int to) {
        for (int i = from; i < to; i++) {
            x[i] -= u[i];
        }
    }

    private static void pulled(float[] x, float[] u, int from, int to, float pull, float push) {
        for (int i = from; i < to; i++) {
            x[i] -= pull * x[i] + push * u[i];
        }
    }
}
