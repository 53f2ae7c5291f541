package io.halfspace.graph;

import java.util.Arrays;

/**
 * Which vertices lose how many channels with each group: group g touches {@code vertex[start[g]]} to {@code
 * vertex[start[g + 1] - 1]}, each losing the {@code channels} of the same index.
 */
record Incidence(int[] start, int[] vertex, int[] channels) {
    static Incidence of(TraceGraph graph, GroupPartition partition) {
        int groups = partition.count();
        int[] start = new int[groups + 1];
        int[] seenAt = new int[groups];
        Arrays.fill(seenAt, -1);
        for (int v = 0; v < graph.size(); v++) {
            for (int c = 0; c < graph.vertex(v).channels(); c++) {
                int group = partition.group(v, c);
                if (group >= 0 && seenAt[group] != v) {
                    seenAt[group] = v;
                    start[group + 1]++;
                }
            }
        }
        for (int g = 0; g < groups; g++) {
            start[g + 1] += start[g];
        }
        int[] next = Arrays.copyOf(start, groups);
        int[] vertex = new int[start[groups]];
        int[] channels = new int[start[groups]];
        Arrays.fill(seenAt, -1);
        for (int v = 0; v < graph.size(); v++) {
            for (int c = 0; c < graph.vertex(v).channels(); c++) {
                int group = partition.group(v, c);
                if (group < 0) {
                    continue;
                }
                if (seenAt[group] != v) {
                    seenAt[group] = v;
                    vertex[next[group]++] = v;
                }
                channels[next[group] - 1]++;
            }
        }
        return new Incidence(start, vertex, channels);
    }
}
