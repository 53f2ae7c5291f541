package io.halfspace.graph;

import java.util.Arrays;

/** Collects the trainable slices of all groups, in topological order within each group. */
final class GroupSlices {
    private GroupSlices() {}

    static SliceTable collect(TraceGraph graph, GroupPartition partition) {
        int[] start = new int[partition.count() + 1];
        visit(graph, partition, (group, slice) -> start[group + 1]++);
        for (int g = 0; g < partition.count(); g++) {
            start[g + 1] += start[g];
        }
        int total = start[partition.count()];
        int[] next = Arrays.copyOf(start, start.length);
        int[] offset = new int[total];
        int[] length = new int[total];
        int[] stride = new int[total];
        int[] runs = new int[total];
        visit(graph, partition, (group, slice) -> {
            int i = next[group]++;
            offset[i] = slice.offset();
            length[i] = slice.length();
            stride[i] = slice.stride();
            runs[i] = slice.runs();
        });
        return new SliceTable(start, offset, length, stride, runs);
    }

    private static void visit(TraceGraph graph, GroupPartition partition, Visitor visitor) {
        for (int v = 0; v < graph.size(); v++) {
            Vertex vertex = graph.vertex(v);
            for (ChannelSlices slices : vertex.operation().slices()) {
                if (slices.role() != ChannelSlices.Role.TRAINABLE) {
                    continue;
                }
                for (int c = 0; c < vertex.channels(); c++) {
                    int group = partition.group(v, c);
                    if (group >= 0) {
                        visitor.visit(group, slices.of(c));
                    }
                }
            }
        }
    }

    private interface Visitor {
        void visit(int group, ParameterSlice slice);
    }
}
