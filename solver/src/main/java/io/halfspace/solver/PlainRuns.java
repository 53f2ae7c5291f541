package io.halfspace.solver;

import io.halfspace.graph.GroupSet;
import io.halfspace.graph.SliceTable;
import java.util.Arrays;
import java.util.BitSet;

/**
 * The positions of the flat vector outside some groups, as ascending runs {@code from} (inclusive) to {@code to}
 * (exclusive): they take the plain step whatever happens to the groups.
 */
record PlainRuns(int[] from, int[] to) {
    /**
     * Everything outside the given groups.
     *
     * @param groups by group, whether its positions are left out; not modified
     * @throws IllegalArgumentException if two of the groups share a position: no step could serve both
     */
    static PlainRuns outside(GroupSet set, boolean[] groups, int length) {
        BitSet inside = new BitSet(length);
        for (int g = 0; g < groups.length; g++) {
            if (groups[g]) {
                mark(set, g, inside);
            }
        }
        int[] from = new int[16];
        int[] to = new int[16];
        int count = 0;
        for (int p = inside.nextClearBit(0); p < length; p = inside.nextClearBit(to[count - 1])) {
            if (count == from.length) {
                from = Arrays.copyOf(from, 2 * count);
                to = Arrays.copyOf(to, 2 * count);
            }
            int end = inside.nextSetBit(p);
            from[count] = p;
            to[count++] = end < 0 ? length : end;
        }
        return new PlainRuns(Arrays.copyOf(from, count), Arrays.copyOf(to, count));
    }

    /** Subtracts {@code u} from {@code x} at those positions that lie in [first, end). Modifies {@code x}. */
    void step(float[] x, float[] u, int first, int end) {
        int found = Arrays.binarySearch(from, first);
        int i = found >= 0 ? found : Math.max(0, -found - 2);
        for (; i < from.length && from[i] < end; i++) {
            GroupStep.plain(x, u, Math.max(first, from[i]), Math.min(end, to[i]));
        }
    }

    private static void mark(GroupSet set, int group, BitSet inside) {
        SliceTable table = set.trainable();
        for (int i = table.start(group); i < table.start(group + 1); i++) {
            for (int r = 0; r < table.runs(i); r++) {
                int begin = table.offset(i) + r * table.stride(i);
                int end = begin + table.length(i);
                int taken = inside.nextSetBit(begin);
                if (taken >= 0 && taken < end) {
                    throw new IllegalArgumentException(
                            "Cannot train group '%s': its value at position %d belongs to another group or twice to this one"
                                    .formatted(set.name(group), taken));
                }
                inside.set(begin, end);
            }
        }
    }
}
