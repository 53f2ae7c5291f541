package io.halfspace.graph;

import java.util.Arrays;

/**
 * The channels of a whole network, tied into units that can only leave together.
 *
 * <p>Channel c of vertex v has the number {@code first(v) + c}; union-find by the smallest number, so that the
 * representative of a unit is its topologically first channel whatever the order of the ties.
 *
 * <p>Cost: almost linear in the number of channels of all vertices together; iterative.
 */
final class ChannelUnits {
    private final int[] first;
    private final int[] parent;

    ChannelUnits(TraceGraph graph) {
        first = new int[graph.size() + 1];
        for (int v = 0; v < graph.size(); v++) {
            first[v + 1] = Math.addExact(first[v], graph.vertex(v).channels());
        }
        parent = new int[first[graph.size()]];
        Arrays.setAll(parent, i -> i);
        for (int v = 0; v < graph.size(); v++) {
            tie(graph, v);
        }
        for (int i = 0; i < parent.length; i++) {
            parent[i] = find(i);
        }
    }

    /** Number of channels of all vertices together. */
    int size() {
        return parent.length;
    }

    int first(int vertex) {
        return first[vertex];
    }

    /** The smallest channel number in the unit of channel c of vertex v. */
    int unit(int vertex, int channel) {
        return parent[first[vertex] + channel];
    }

    private void tie(TraceGraph graph, int v) {
        Vertex vertex = graph.vertex(v);
        ChannelMap map = vertex.operation().map();
        if (map instanceof ChannelMap.Identity) {
            for (int input : vertex.inputs()) {
                for (int c = 0; c < vertex.channels(); c++) {
                    union(first[input] + c, first[v] + c);
                }
            }
        } else if (map instanceof ChannelMap.Stack) {
            int c = 0;
            for (int input : vertex.inputs()) {
                for (int i = first[input]; i < first[input + 1]; i++) {
                    union(i, first[v] + c++);
                }
            }
        } else if (map instanceof ChannelMap.Gather gather) {
            int from = first[vertex.inputs().get(0)];
            for (int c = 0; c < vertex.channels(); c++) {
                union(from + gather.source()[c], first[v] + c);
            }
        } else if (map instanceof ChannelMap.Fold fold) {
            int from = first[vertex.inputs().get(0)];
            for (int i = 0; i < fold.target().length; i++) {
                union(from + i, first[v] + fold.target()[i]);
            }
        }
    }

    private void union(int a, int b) {
        int rootA = find(a);
        int rootB = find(b);
        if (rootA < rootB) {
            parent[rootB] = rootA;
        } else {
            parent[rootA] = rootB;
        }
    }

    private int find(int i) {
        int at = i;
        while (parent[at] != at) {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        return at;
    }
}
