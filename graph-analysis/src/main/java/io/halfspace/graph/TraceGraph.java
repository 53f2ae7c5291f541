package io.halfspace.graph;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A network as the analysis sees it.
 *
 * @param vertices in topological order: every input stands before the vertex that it feeds
 * @param outputs indices of the vertices whose channels are the network's outputs
 * @param parameterLength length of the flat parameter vector, running statistics included
 */
public record TraceGraph(List<Vertex> vertices, List<Integer> outputs, int parameterLength) {
    public TraceGraph {
        vertices = List.copyOf(vertices);
        outputs = List.copyOf(outputs);
        Set<String> names = new HashSet<>();
        for (int v = 0; v < vertices.size(); v++) {
            check(vertices, v);
            for (ChannelSlices slices : vertices.get(v).operation().slices()) {
                checkSlices(vertices, vertices.get(v), slices, parameterLength);
            }
            if (!names.add(vertices.get(v).name())) {
                throw new IllegalArgumentException("Cannot trace vertex '%s': the name stands twice"
                        .formatted(vertices.get(v).name()));
            }
        }
        for (int output : outputs) {
            if (output < 0 || output >= vertices.size()) {
                throw new IllegalArgumentException("Cannot trace the network: output %d is not one of its %d vertices"
                        .formatted(output, vertices.size()));
            }
        }
    }

    public Vertex vertex(int index) {
        return vertices.get(index);
    }

    public int size() {
        return vertices.size();
    }

    /** By vertex, the vertices that it feeds, one entry an edge. */
    int[][] consumers() {
        int[] counts = new int[size()];
        for (Vertex vertex : vertices) {
            vertex.inputs().forEach(input -> counts[input]++);
        }
        int[][] consumers = new int[size()][];
        for (int v = 0; v < size(); v++) {
            consumers[v] = new int[counts[v]];
        }
        for (int v = 0; v < size(); v++) {
            for (int input : vertex(v).inputs()) {
                consumers[input][--counts[input]] = v;
            }
        }
        return consumers;
    }

    /**
     * Where the parameters of each vertex begin in the flat vector; entry {@code v + 1} is where those of vertex v end. They
     * lie in the order of the vertices.
     *
     * @throws IllegalStateException if the vertices' costs do not account for all parameters
     */
    int[] parameterStarts() {
        int[] starts = new int[size() + 1];
        for (int v = 0; v < size(); v++) {
            long in = 0;
            for (int input : vertex(v).inputs()) {
                in += vertex(input).channels();
            }
            Cost cost = vertex(v).operation().cost();
            int out = vertex(v).channels();
            starts[v + 1] = Math.toIntExact(starts[v]
                    + cost.parameters().at(in, out)
                    + cost.statistics().at(in, out));
        }
        if (starts[size()] != parameterLength) {
            throw new IllegalStateException("Cannot tell the parameters of each vertex: costs account for %d, found %d"
                    .formatted(starts[size()], parameterLength));
        }
        return starts;
    }

    private static void check(List<Vertex> vertices, int index) {
        Vertex vertex = vertices.get(index);
        int stacked = 0;
        for (int input : vertex.inputs()) {
            if (input < 0 || input >= index) {
                throw new IllegalArgumentException(
                        "Cannot trace vertex '%s': its input %d does not stand before it (own index %d)"
                                .formatted(vertex.name(), input, index));
            }
            int channels = vertices.get(input).channels();
            stacked += channels;
            if (vertex.operation().map() instanceof ChannelMap.Identity && channels != vertex.channels()) {
                throw new IllegalArgumentException("Cannot trace vertex '%s': input '%s' has %d channels, expected %d"
                        .formatted(vertex.name(), vertices.get(input).name(), channels, vertex.channels()));
            }
        }
        if (vertex.operation().map() instanceof ChannelMap.Stack && stacked != vertex.channels()) {
            throw new IllegalArgumentException("Cannot trace vertex '%s': its inputs have %d channels, expected %d"
                    .formatted(vertex.name(), stacked, vertex.channels()));
        }
        if (vertex.operation().map() instanceof ChannelMap.Gather gather) {
            checkGather(vertices, vertex, gather);
        }
        if (vertex.operation().map() instanceof ChannelMap.Fold fold) {
            checkFold(vertices, vertex, fold);
        }
    }

    private static void checkSlices(List<Vertex> vertices, Vertex vertex, ChannelSlices slices, int parameterLength) {
        int counted = vertex.channels();
        if (slices.role() == ChannelSlices.Role.CONSUMER) {
            if (slices.input() >= vertex.inputs().size()) {
                throw new IllegalArgumentException("Cannot trace vertex '%s': it reads input %d and has %d inputs"
                        .formatted(
                                vertex.name(), slices.input(), vertex.inputs().size()));
            }
            counted = vertices.get(vertex.inputs().get(slices.input())).channels();
        }
        long last = slices.base()
                + (counted - 1L) * slices.step()
                + (slices.runs() - 1L) * slices.stride()
                + slices.length()
                - 1;
        if (last >= parameterLength) {
            throw new IllegalArgumentException(
                    "Cannot trace vertex '%s': its parameters reach position %d, the network has %d"
                            .formatted(vertex.name(), last, parameterLength));
        }
    }

    private static void checkGather(List<Vertex> vertices, Vertex vertex, ChannelMap.Gather gather) {
        if (vertex.inputs().size() != 1 || gather.source().length != vertex.channels()) {
            throw new IllegalArgumentException(
                    "Cannot trace vertex '%s': found %d inputs and %d gathered channels, expected 1 and %d"
                            .formatted(
                                    vertex.name(), vertex.inputs().size(), gather.source().length, vertex.channels()));
        }
        int limit = vertices.get(vertex.inputs().get(0)).channels();
        for (int source : gather.source()) {
            if (source < 0 || source >= limit) {
                throw new IllegalArgumentException("Cannot trace vertex '%s': it reads channel %d of an input with %d"
                        .formatted(vertex.name(), source, limit));
            }
        }
    }

    private static void checkFold(List<Vertex> vertices, Vertex vertex, ChannelMap.Fold fold) {
        int inputs = vertex.inputs().size();
        int channels = inputs == 0 ? 0 : vertices.get(vertex.inputs().get(0)).channels();
        if (inputs != 1 || fold.target().length != channels) {
            throw new IllegalArgumentException(
                    "Cannot trace vertex '%s': found %d inputs with %d channels and %d folded channels, expected 1 input of as many"
                            .formatted(vertex.name(), inputs, channels, fold.target().length));
        }
        for (int target : fold.target()) {
            if (target < 0 || target >= vertex.channels()) {
                throw new IllegalArgumentException("Cannot trace vertex '%s': it folds into channel %d of its %d"
                        .formatted(vertex.name(), target, vertex.channels()));
            }
        }
    }
}
