package io.halfspace.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * What stays of a network when some groups leave: vertices, what feeds them, their channels, and the positions of the flat
 * parameter vector. The parameters of the built network are those that stay, in their old order, because cutting rows and
 * columns out of a tensor keeps the order of the others and so does leaving vertices out.
 */
public final class Remainder {
    private static final int[] NONE = {};

    private final int[][] channels;
    private final boolean[] stays;
    private final List<List<Integer>> inputs;
    private final List<Integer> unusedInputs;
    private final int[] positions;

    private Remainder(
            int[][] channels,
            boolean[] stays,
            List<List<Integer>> inputs,
            List<Integer> unusedInputs,
            int[] positions) {
        this.channels = channels;
        this.stays = stays;
        this.inputs = inputs;
        this.unusedInputs = unusedInputs;
        this.positions = positions;
    }

    /**
     * What stays without the given groups of channels: all vertices.
     *
     * @param leaving by group, whether it leaves; not modified
     * @throws IllegalArgumentException if a vertex would lose all its channels or keep too few
     */
    public static Remainder of(TraceGraph graph, GroupPartition partition, boolean[] leaving) {
        BitSet cut = new BitSet(graph.parameterLength());
        int[][] channels = new int[graph.size()][];
        boolean[] stays = new boolean[graph.size()];
        Arrays.fill(stays, true);
        for (int v = 0; v < graph.size(); v++) {
            int vertex = v;
            channels[v] = staying(graph.vertex(v), c -> {
                int group = partition.group(vertex, c);
                return group >= 0 && leaving[group];
            });
            if (channels[v].length == 0) {
                throw new IllegalArgumentException("Cannot build the sub-network: all %d channels of '%s' would leave"
                        .formatted(graph.vertex(v).channels(), graph.vertex(v).name()));
            }
            cutChannels(graph, v, channels, cut);
        }
        List<List<Integer>> inputs =
                graph.vertices().stream().map(Vertex::inputs).toList();
        return new Remainder(channels, stays, inputs, List.of(), uncut(cut, graph.parameterLength()));
    }

    /** What stays without the given segments. */
    static Remainder of(ErasableSegments segments, Survivors survivors, boolean[] leaving) {
        TraceGraph graph = segments.graph();
        BitSet cut = new BitSet(graph.parameterLength());
        int[][] channels = new int[graph.size()][];
        boolean[] stays = new boolean[graph.size()];
        List<List<Integer>> inputs = new ArrayList<>();
        List<Integer> unused = new ArrayList<>();
        int[] starts = graph.parameterStarts();
        int[] sources = survivors.sources();
        for (int v = 0; v < graph.size(); v++) {
            int vertex = v;
            stays[v] = sources[v] == v;
            channels[v] = sources[v] < 0
                    ? NONE
                    : staying(graph.vertex(v), c -> {
                        int segment = segments.leavesWith(vertex, c);
                        return segment >= 0 && leaving[segment];
                    });
            if (stays[v]) {
                cutChannels(graph, v, channels, cut);
                inputs.add(Arrays.stream(survivors.liveInputs(v))
                        .mapToObj(input -> sources[input])
                        .toList());
            } else {
                cut.set(starts[v], starts[v + 1]);
                inputs.add(List.of());
            }
            if (stays[v] && !survivors.isNeeded(v)) {
                unused.add(v);
            }
        }
        return new Remainder(channels, stays, inputs, List.copyOf(unused), uncut(cut, graph.parameterLength()));
    }

    /** Whether the built network has a vertex. It has all network inputs, even those that feed nothing any more. */
    public boolean stays(int vertex) {
        return stays[vertex];
    }

    /** The vertices that feed a vertex in the built network, in order; none where it does not stay. */
    public List<Integer> inputs(int vertex) {
        return inputs.get(vertex);
    }

    /** The network inputs that feed nothing any more. */
    public List<Integer> unusedInputs() {
        return unusedInputs;
    }

    /** The channels of a vertex that stay, ascending, none in dead code; not to be modified. */
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

    /**
     * Writes values of the built network back to where they were in the full one.
     *
     * @param kept one value for each position that stays, in order; not modified
     * @param values indexed like the full flat vector; only positions that stay are written
     * @throws IllegalArgumentException if {@code kept} has another length than {@link #length()}
     */
    public void scatter(float[] kept, float[] values) {
        requireLength(kept.length);
        for (int i = 0; i < kept.length; i++) {
            values[positions[i]] = kept[i];
        }
    }

    /** The same for double precision. */
    public void scatter(double[] kept, double[] values) {
        requireLength(kept.length);
        for (int i = 0; i < kept.length; i++) {
            values[positions[i]] = kept[i];
        }
    }

    private void requireLength(int found) {
        if (found != positions.length) {
            throw new IllegalArgumentException(
                    "Cannot write values back: found %d, the built network has %d".formatted(found, positions.length));
        }
    }

    private static int[] staying(Vertex vertex, IntPredicate leaves) {
        return IntStream.range(0, vertex.channels()).filter(leaves.negate()).toArray();
    }

    private static int[] uncut(BitSet cut, int length) {
        int[] positions = new int[length - cut.cardinality()];
        int at = 0;
        for (int p = cut.nextClearBit(0); p < length; p = cut.nextClearBit(p + 1)) {
            positions[at++] = p;
        }
        return positions;
    }

    /** Cuts what makes or reads channels that leave; the inputs' channels are known already. */
    private static void cutChannels(TraceGraph graph, int v, int[][] channels, BitSet cut) {
        Vertex vertex = graph.vertex(v);
        for (ChannelSlices slices : vertex.operation().slices()) {
            if (slices.role() == ChannelSlices.Role.CONSUMER) {
                int input = vertex.inputs().get(slices.input());
                cut(slices, graph.vertex(input).channels(), channels[input], cut);
            } else {
                cut(slices, vertex.channels(), channels[v], cut);
            }
        }
    }

    /** Cuts the slices of every channel below {@code all} that is not in {@code kept}. */
    private static void cut(ChannelSlices slices, int all, int[] kept, BitSet cut) {
        if (kept.length == all) {
            return;
        }
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
