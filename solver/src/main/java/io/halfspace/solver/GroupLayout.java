package io.halfspace.solver;

import io.halfspace.graph.GroupSet;
import io.halfspace.graph.SliceTable;
import java.util.Arrays;

/**
 * Where the values of all groups lie, in the order of the flat vector, made for loops that visit every value on each step.
 *
 * <p>Values of one group that follow one another are a run: {@code from(r)} (inclusive) to {@code to(r)} (exclusive), at
 * most {@link #LONGEST} of them, so that the groups of a whole branch are cut into pieces for several threads. Values that
 * stand alone, like biases, are kept across groups: column k holds one value of each of the groups {@code columnGroup(k)},
 * {@code columnGroup(k) + 1}, ..., one after the other from {@code columnPosition(k)} on. How runs and columns are cut
 * depends on the groups alone, never on threads. Immutable.
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
    private final int[] columnPosition;
    private final int[] columnGroup;
    private final int[] columnCount;

    /** @throws IllegalArgumentException if two groups share a position: no step could serve both */
    GroupLayout(GroupSet set) {
        groups = set.count();
        length = set.graph().parameterLength();
        int[] owner = owners(set, length);
        IntRows runs = new IntRows(3);
        IntRows columns = new IntRows(3);
        int p = 0;
        while (p < length) {
            int g = owner[p];
            int next = p + 1;
            if (g == NONE) {
                p = next;
                continue;
            }
            while (next < length && owner[next] == g) {
                next++;
            }
            if (next > p + 1) {
                for (int begin = p; begin < next; begin += LONGEST) {
                    runs.add(begin, Math.min(next, begin + LONGEST), g);
                }
            } else {
                while (next < length && owner[next] == g + (next - p) && !repeats(owner, next)) {
                    next++;
                }
                columns.add(p, g, next - p);
            }
            p = next;
        }
        from = runs.column(0);
        to = runs.column(1);
        group = runs.column(2);
        columnPosition = columns.column(0);
        columnGroup = columns.column(1);
        columnCount = columns.column(2);
        startOf = new int[groups + 1];
        for (int g : group) {
            startOf[g + 1]++;
        }
        Arrays.parallelPrefix(startOf, Integer::sum);
        runOf = new int[group.length];
        int[] next = startOf.clone();
        for (int r = 0; r < group.length; r++) {
            runOf[next[group[r]]++] = r;
        }
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
        int found = Arrays.binarySearch(from, position);
        return found >= 0 ? found : -found - 1;
    }

    int columns() {
        return columnPosition.length;
    }

    int columnPosition(int column) {
        return columnPosition[column];
    }

    int columnGroup(int column) {
        return columnGroup[column];
    }

    /** Number of groups, and of values, in a column. */
    int columnCount(int column) {
        return columnCount[column];
    }

    private static boolean repeats(int[] owner, int position) {
        return position + 1 < owner.length && owner[position + 1] == owner[position];
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
