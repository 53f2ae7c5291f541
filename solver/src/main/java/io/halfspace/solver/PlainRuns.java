package io.halfspace.solver;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The positions of the flat vector that take the plain step whatever happens to the chosen groups, as ascending runs
 * {@code from} (inclusive) to {@code to} (exclusive): all but the runs of chosen groups, and but the columns in which a
 * chosen group has a value.
 *
 * @param mixedColumns the columns that are left out
 */
record PlainRuns(int[] from, int[] to, int[] mixedColumns) {
    /** @param chosen by group; not modified */
    static PlainRuns outside(GroupLayout layout, boolean[] chosen) {
        BitSet inside = new BitSet(layout.length());
        for (int r = 0; r < layout.runs(); r++) {
            if (chosen[layout.group(r)]) {
                inside.set(layout.from(r), layout.to(r));
            }
        }
        IntRows mixed = new IntRows(1);
        for (int k = 0; k < layout.columns(); k++) {
            int first = layout.columnGroup(k);
            int count = layout.columnCount(k);
            if (anyOf(chosen, first, first + count)) {
                mixed.add(k);
                inside.set(layout.columnPosition(k), layout.columnPosition(k) + count);
            }
        }
        IntRows runs = new IntRows(2);
        int p = inside.nextClearBit(0);
        while (p < layout.length()) {
            int next = inside.nextSetBit(p);
            int end = next < 0 ? layout.length() : next;
            runs.add(p, end);
            p = inside.nextClearBit(end);
        }
        return new PlainRuns(runs.column(0), runs.column(1), mixed.column(0));
    }

    /** Subtracts {@code u} from {@code x} at those positions that lie in [first, end). Modifies {@code x}. */
    void step(float[] x, float[] u, int first, int end) {
        int found = Arrays.binarySearch(from, first);
        int i = found >= 0 ? found : Math.max(0, -found - 2);
        for (; i < from.length && from[i] < end; i++) {
            GroupStep.plain(x, u, Math.max(first, from[i]), Math.min(end, to[i]));
        }
    }

    private static boolean anyOf(boolean[] flags, int from, int to) {
        for (int i = from; i < to; i++) {
            if (flags[i]) {
                return true;
            }
        }
        return false;
    }
}
