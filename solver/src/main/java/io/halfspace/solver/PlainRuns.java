package io.halfspace.solver;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The positions of the flat vector that take the plain step whatever happens to the chosen groups: all but those of chosen
 * groups.
 *
 * @param from first positions of runs, ascending, in which no group has a single value
 * @param to ends of these runs, exclusive
 * @param singles positions of the single values of groups that are not chosen
 */
record PlainRuns(int[] from, int[] to, int[] singles) {
    /** Vectors of so many values exceed second-level caches several times over: which end is in them hardly matters. */
    private static final int LONG = 1 << 20;

    /** @param chosen by group; not modified */
    static PlainRuns outside(GroupLayout layout, boolean[] chosen) {
        BitSet inside = new BitSet(layout.length());
        for (int r = 0; r < layout.runs(); r++) {
            if (chosen[layout.group(r)]) {
                inside.set(layout.from(r), layout.to(r));
            }
        }
        IntRows singles = new IntRows(1);
        for (int g = 0; g < layout.groups(); g++) {
            for (int i = layout.startOfSingle(g); i < layout.startOfSingle(g + 1); i++) {
                inside.set(layout.single(i));
                if (!chosen[g]) {
                    singles.add(layout.single(i));
                }
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
        int[] positions = singles.column(0);
        Arrays.sort(positions);
        return new PlainRuns(runs.column(0), runs.column(1), positions);
    }

    /**
     * Subtracts {@code u} from {@code x} at those positions of runs that lie in [first, end). Modifies {@code x}.
     *
     * <p>In short vectors the last run comes first: the cache holds the end of what was written upwards, and after the way
     * back it holds the beginning, where the groups begin.
     */
    void step(float[] x, float[] u, int first, int end) {
        int begin = firstRunThatEndsAfter(first);
        int runs = GroupLayout.firstFrom(from, end) - begin;
        for (int k = 0; k < runs; k++) {
            int i = begin + (x.length < LONG ? runs - 1 - k : k);
            GroupStep.plain(x, u, Math.max(first, from[i]), Math.min(end, to[i]));
        }
    }

    /** Subtracts {@code u} from {@code x} at single values {@code first} (inclusive) to {@code end} (exclusive). */
    void stepSingles(float[] x, float[] u, int first, int end) {
        for (int i = first; i < end; i++) {
            x[singles[i]] -= u[singles[i]];
        }
    }

    private int firstRunThatEndsAfter(int position) {
        int run = GroupLayout.firstFrom(from, position);
        return run > 0 && to[run - 1] > position ? run - 1 : run;
    }
}
