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
     * Subtracts {@code u} from {@code x} at those positions of runs that lie in [first, end). Modifies {@code x}. The last run
     * comes first: the cache holds the end of vectors that were written upwards, and afterwards their beginning, where the
     * groups begin.
     */
    void step(float[] x, float[] u, int first, int end) {
        int found = Arrays.binarySearch(from, end);
        int i = found >= 0 ? found - 1 : -found - 2;
        for (; i >= 0 && to[i] > first; i--) {
            GroupStep.plain(x, u, Math.max(first, from[i]), Math.min(end, to[i]));
        }
    }

    /** Subtracts {@code u} from {@code x} at single values {@code first} (inclusive) to {@code end} (exclusive). */
    void stepSingles(float[] x, float[] u, int first, int end) {
        for (int i = first; i < end; i++) {
            x[singles[i]] -= u[singles[i]];
        }
    }
}
