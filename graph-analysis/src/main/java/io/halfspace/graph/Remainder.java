package io.halfspace.graph;

import java.util.Arrays;
import java.util.BitSet;

/**
 * What stays of a network when some groups leave: the channels of every vertex and the positions of the flat parameter
 * vector. The parameters of the built network are those that stay, in their old order, because cutting rows and columns
 * out of a tensor keeps the order of the others.
 */
public final class Remainder {
    private final int[][] channels;
    private final int[] positions;

    private Remainder(int[][] channels, int[] positions) {
        this.channels = channels;
        this.positions = positions;
    }

    /**
     * What stays without the given groups.
     *
     * @param leaving by group, whether it leaves; not modified
     * @throws IllegalArgumentException if a vertex would lose all its channels
     */
    public static Remainder of(TraceGraph graph, GroupPartition partition, boolean[] leaving) {
        BitSet cut = new BitSet(graph.parameterLength());
        int[][] channels = new int[graph.size()][];
        for (int v = 0; v < graph.size(); v++) {
            channels[v] = staying(graph, partition, leaving, v);
            cutOwn(graph.vertex(v), channels[v], cut);
            cutInputs(graph, graph.vertex(v), channels, cut);
        }
        int[] positions = new int[graph.parameterLength() - cut.cardinality()];
        int at = 0;
        for (int p = cut.nextClearBit(0); p < graph.parameterLength(); p = cut.nextClearBit(p + 1)) {
            positions[at++] = p;
        }
        return new Remainder(channels, positions);
    }

    /** The channels of a vertex that stay, ascending; not to be modified. */
    public int[] channels(int vertex) {
        return channels[vertex];
    }

    /** Length of the flat parameter vector of the built network. */
    public int length() {
        return positions.length;
    }

    /** The values that stay, in order; {@code values} is indexed like the full flat vector and not modified. */
    public float[] gather(float[] values) {
        float[] kept = new float[positions.length];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = values[positions[i]];
        }
        return kept;
    }

    /** The same for double precision. */
    public double[] gather(double[] values) {
        double[] kept = new double[positions.length];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = values[positions[i]];
        }
        return kept;
    }

    private static int[] staying(TraceGraph graph, GroupPartition partition, boolean[] leaving, int v) {
        Vertex vertex = graph.vertex(v);
        int[] kept = new int[vertex.channels()];
        int count = 0;
        for (int c = 0; c < vertex.channels(); c++) {
            int group = partition.group(v, c);
            if (group < 0 || !leaving[group]) {
                kept[count++] = c;
            }
        }
        if (count == 0) {
            throw new IllegalArgumentException("Cannot build the sub-network: all %d channels of '%s' would leave"
                    .formatted(vertex.channels(), vertex.name()));
        }
        return Arrays.copyOf(kept, count);
    }

    private static void cutOwn(Vertex vertex, int[] kept, BitSet cut) {
        if (kept.length == vertex.channels()) {
            return;
        }
        for (ChannelSlices slices : vertex.operation().slices()) {
            if (slices.role() != ChannelSlices.Role.CONSUMER) {
                cut(slices, vertex.channels(), kept, cut);
            }
        }
    }

    private static void cutInputs(TraceGraph graph, Vertex vertex, int[][] channels, BitSet cut) {
        for (ChannelSlices slices : vertex.operation().slices()) {
            if (slices.role() == ChannelSlices.Role.CONSUMER) {
                int input = vertex.inputs().get(slices.input());
                cut(slices, graph.vertex(input).channels(), channels[input], cut);
            }
        }
    }

    /** Cuts the slices of every channel below {@code all} that is not in {@code kept}. */
    private static void cut(ChannelSlices slices, int all, int[] kept, BitSet cut) {
        int next = 0;
        for (int c = 0; c < all; c++) {
            if (next < kept.length && kept[next] == c) {
                next++;
                continue;
            }
            for (int r = 0; r < slices.runs(); r++) {
                int from = slices.base() + c * slices.step() + r * slices.stride();
                cut.set(from, from + slices.length());
            }
        }
    }
}
