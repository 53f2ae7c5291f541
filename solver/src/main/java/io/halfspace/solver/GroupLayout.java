package io.halfspace.solver;

import io.halfspace.graph.GroupSet;
import io.halfspace.graph.SliceTable;
import java.util.Arrays;

/**
 * Where the values of all groups lie, in the order of the flat vector, made for loops that visit every value on each step.
 *
 * <p>Values of one group that follow one another are a run: {@code from(r)} (inclusive) to {@code to(r)} (exclusive), at
 * most {@link #LONGEST} of them, so that the groups of a whole branch are cut into pieces for several threads. Values that
 * stand alone, like biases, are kept apart as single ones. How runs are cut depends on the groups alone, never on threads.
 * Immutable.
 *
 * <p>Cost: linear in the length of the flat vector, of which it holds one int each while it is built.
 */
final class GroupLayout {
    /** Longest run in values, which are added up in float: see {@link GroupSums} for the error. */
    static final int LONGEST = 1 << 13;

    private static final int NONE = -1;

    private final int groups;
    private final int length;
    private final int[] from;
    private final int[] to;
    private final int[] group;
    /** Runs of group g: {@code runOf[startOf[g]]} to {@code runOf[startOf[g + 1] - 1]}, ascending. */
    private final int[] startOf;

    private final int[] runOf;
    /** Single values of group g: at {@code single[startOfSingle[g]]} to {@code single[startOfSingle[g + 1] - 1]}, ascending. */
    private final int[] startOfSingle;

    private final int[] single;

    /** @throws IllegalArgumentException if two groups share a position: no step could serve both */
    GroupLayout(GroupSet set) {
        groups = set.count();
        length = set.graph().parameterLength();
        int[] owner = owners(set, length);
        IntRows runs = new IntRows(3);
        IntRows singles = new IntRows(2);
        int p = 0;
        while (p < length) {
            int g = owner[p];
            int next = p + 1;
            while (g != NONE && next < length && owner[next] == g) {
                next++;
            }
            if (next > p + 1) {
                for (int begin = p; begin < next; begin += LONGEST) {
                    runs.add(begin, Math.min(next, begin + LONGEST), g);
                }
            } else if (g != NONE) {
                singles.add(p, g);
            }
            p = next;
        }
        from = runs.column(0);
        to = runs.column(1);
        group = runs.column(2);
        startOf = starts(group);
        runOf = byGroup(group, startOf);
        int[] groupOfSingle = singles.column(1);
        startOfSingle = starts(groupOfSingle);
        single = byGroup(groupOfSingle, startOfSingle);
        int[] position = singles.column(0);
        Arrays.setAll(single, i -> position[single[i]]);
    }

    int groups() {
        return groups;
    }

    /** Length of the flat vector. */
    int length() {
        return length;
    }

    int runs() {
        return from.length;
    }

    int from(int run) {
        return from[run];
    }

    int to(int run) {
        return to[run];
    }

    int group(int run) {
        return group[run];
    }

    /** Index of the first run of a group among {@link #runOf}; {@code startOf(groups())} is the number of runs. */
    int startOf(int group) {
        return startOf[group];
    }

    /** Runs in the order of their groups, and of their positions within a group. */
    int runOf(int index) {
        return runOf[index];
    }

    /** First run that begins at a position or after it. */
    int firstRunFrom(int position) {
        return firstFrom(from, position);
    }

    /** Index of the first of ascending positions that is a given one or after it. */
    static int firstFrom(int[] positions, int position) {
        int found = Arrays.binarySearch(positions, position);
        return found >= 0 ? found : -found - 1;
    }

    /** Index of the first single value of a group among {@link #single}; {@code startOfSingle(groups())} is their number. */
    int startOfSingle(int group) {
        return startOfSingle[group];
    }

    /** Positions of single values in the order of their groups, and ascending within a group. */
    int single(int index) {
        return single[index];
    }

    /** Values of a group. */
    int size(int group) {
        int size = startOfSingle[group + 1] - startOfSingle[group];
        for (int i = startOf[group]; i < startOf[group + 1]; i++) {
            size += to[runOf[i]] - from[runOf[i]];
        }
        return size;
    }

    /** Where the things of each group begin once they are in the order of their groups. */
    private int[] starts(int[] group) {
        int[] starts = new int[groups + 1];
        for (int g : group) {
            starts[g + 1]++;
        }
        Arrays.parallelPrefix(starts, Integer::sum);
        return starts;
    }

    /** Indices of things in the order of their groups, ascending within a group. */
    private static int[] byGroup(int[] group, int[] starts) {
        int[] indices = new int[group.length];
        int[] next = starts.clone();
        for (int i = 0; i < group.length; i++) {
            indices[next[group[i]]++] = i;
        }
        return indices;
    }

    private static int[] owners(GroupSet set, int length) {
        SliceTable table = set.trainable();
        int[] owner = new int[length];
        Arrays.fill(owner, NONE);
        for (int g = 0; g < set.count(); g++) {
            for (int i = table.start(g); i < table.start(g + 1); i++) {
                for (int r = 0; r < table.runs(i); r++) {
                    int begin = table.offset(i) + r * table.stride(i);
                    own(set, owner, g, begin, begin + table.length(i));
                }
            }
        }
        return owner;
    }

    private static void own(GroupSet set, int[] owner, int group, int begin, int end) {
        for (int p = begin; p < end; p++) {
            if (owner[p] != NONE) {
                throw new IllegalArgumentException(
                        "Cannot train group '%s': its value at position %d belongs to another group or twice to this one"
                                .formatted(set.name(group), p));
            }
            owner[p] = group;
        }
    }
}
