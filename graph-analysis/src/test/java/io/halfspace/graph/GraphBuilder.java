package io.halfspace.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Builds trace graphs by hand and remembers, for each position of the flat vector, which channels it belongs to. */
final class GraphBuilder {
    private final List<Vertex> vertices = new ArrayList<>();
    private final List<Position> positions = new ArrayList<>();

    /** What one value belongs to: it must leave when any of these (vertex, channel) pairs does. */
    record Position(boolean statistic, int[]... owners) {}

    int input(String name, int channels) {
        return add(name, List.of(), Operation.input(channels, 1));
    }

    /** Weights nIn x nOut with one column after the other, then the bias: Deeplearning4j's dense layer. */
    int dense(String name, int in, int out) {
        return dense(name, in, out, true);
    }

    int dense(String name, int in, int out, boolean zeroPreserving) {
        int v = vertices.size();
        int inputs = vertices.get(in).channels();
        int weights = positions.size();
        for (int j = 0; j < out; j++) {
            for (int i = 0; i < inputs; i++) {
                own(false, new int[] {v, j}, new int[] {in, i});
            }
        }
        int bias = own(v, out);
        List<ChannelSlices> slices = List.of(
                ChannelSlices.trainable(weights, inputs, inputs, inputs, 1),
                ChannelSlices.trainable(bias, 1, 1, 1, 1),
                ChannelSlices.consumer(0, weights, 1, 1, inputs, out));
        Cost.Terms parameters = Cost.Terms.pair(1).plus(Cost.Terms.perOut(1));
        Cost cost = new Cost(parameters, Cost.Terms.ZERO, Cost.Terms.pair(1), 1);
        return add(name, List.of(in), Operation.stem(out, zeroPreserving, slices, cost));
    }

    /** The bias, then weights out x in x kernel: Deeplearning4j's convolution. */
    int conv(String name, int in, int out, int kernel, int places) {
        int v = vertices.size();
        int inputs = vertices.get(in).channels();
        int bias = own(v, out);
        int weights = positions.size();
        for (int o = 0; o < out; o++) {
            for (int i = 0; i < inputs; i++) {
                for (int k = 0; k < kernel; k++) {
                    own(false, new int[] {v, o}, new int[] {in, i});
                }
            }
        }
        int row = inputs * kernel;
        List<ChannelSlices> slices = List.of(
                ChannelSlices.trainable(bias, 1, 1, 1, 1),
                ChannelSlices.trainable(weights, row, row, row, 1),
                ChannelSlices.consumer(0, weights, kernel, kernel, row, out));
        Cost cost = new Cost(
                Cost.Terms.pair(kernel).plus(Cost.Terms.perOut(1)),
                Cost.Terms.ZERO,
                Cost.Terms.pair((long) kernel * places),
                places);
        return add(name, List.of(in), Operation.stem(out, true, slices, cost));
    }

    /** Gamma, beta, running mean, running variance. */
    int batchNorm(String name, int in) {
        int v = vertices.size();
        int channels = vertices.get(in).channels();
        int gamma = own(v, channels);
        int beta = own(v, channels);
        int mean = positions.size();
        for (int c = 0; c < 2 * channels; c++) {
            own(true, new int[] {v, c % channels});
        }
        List<ChannelSlices> slices = List.of(
                ChannelSlices.trainable(gamma, 1, 1, 1, 1),
                ChannelSlices.trainable(beta, 1, 1, 1, 1),
                ChannelSlices.statistic(mean),
                ChannelSlices.statistic(mean + channels));
        Cost cost = new Cost(Cost.Terms.perOut(2), Cost.Terms.perOut(2), Cost.Terms.ZERO, 1);
        return add(name, List.of(in), Operation.accessory(channels, ChannelMap.IDENTITY, true, slices, cost));
    }

    /** {@code multiplier} output channels for each input channel, next to one another. */
    int depthwise(String name, int in, int multiplier, int kernel) {
        int channels = vertices.get(in).channels() * multiplier;
        int weights = positions.size();
        for (int c = 0; c < channels; c++) {
            for (int k = 0; k < kernel; k++) {
                own(false, new int[] {vertices.size(), c});
            }
        }
        int[] source = new int[channels];
        Arrays.setAll(source, c -> c / multiplier);
        Cost cost = new Cost(Cost.Terms.perOut(kernel), Cost.Terms.ZERO, Cost.Terms.perOut(kernel), 1);
        List<ChannelSlices> slices = List.of(ChannelSlices.trainable(weights, kernel, kernel, kernel, 1));
        return add(name, List.of(in), Operation.accessory(channels, new ChannelMap.Gather(source), true, slices, cost));
    }

    /** Makes a vertex need that many channels of each input; returns the vertex. */
    int needing(int leastInputs, int v) {
        Vertex old = vertices.get(v);
        Operation operation = old.operation().withLeastInputs(leastInputs);
        vertices.set(v, new Vertex(old.name(), old.layer(), old.type(), old.inputs(), operation));
        return v;
    }

    /** Makes a vertex keep that many channels of its own; returns the vertex. */
    int floored(int leastChannels, int v) {
        Vertex old = vertices.get(v);
        Operation operation = old.operation().withLeastChannels(leastChannels);
        vertices.set(v, new Vertex(old.name(), old.layer(), old.type(), old.inputs(), operation));
        return v;
    }

    int channels(int v) {
        return vertices.get(v).channels();
    }

    int activation(String name, int in, boolean zeroPreserving) {
        int channels = vertices.get(in).channels();
        return add(
                name,
                List.of(in),
                Operation.accessory(channels, ChannelMap.IDENTITY, zeroPreserving, List.of(), Cost.free(1)));
    }

    int gather(String name, int in, ChannelMap.Gather map) {
        return add(name, List.of(in), Operation.accessory(map.source().length, map, true, List.of(), Cost.free(1)));
    }

    int mapped(String name, int in, int channels, ChannelMap map) {
        return add(name, List.of(in), Operation.accessory(channels, map, true, List.of(), Cost.free(1)));
    }

    int flatten(String name, int in, int places) {
        return gather(name, in, (ChannelMap.Gather)
                ChannelMap.flatten(vertices.get(in).channels(), places));
    }

    int sum(String name, Integer... in) {
        return add(name, List.of(in), Operation.joint(vertices.get(in[0]).channels(), true, 1));
    }

    int difference(String name, int from, int subtracted) {
        Operation operation = Operation.joint(channels(from), true, 1).withFirstInputNeeded();
        return add(name, List.of(from, subtracted), operation);
    }

    int product(String name, Integer... in) {
        return add(name, List.of(in), Operation.joint(vertices.get(in[0]).channels(), false, 1));
    }

    int concat(String name, Integer... in) {
        int channels =
                Arrays.stream(in).mapToInt(i -> vertices.get(i).channels()).sum();
        return add(name, List.of(in), Operation.concat(channels, 1));
    }

    int unknown(String name, int channels, String reason, Integer... in) {
        return add(name, List.of(in), Operation.unknown(channels, Cost.free(1), reason));
    }

    /** Says that nothing of a vertex may leave. */
    void protect(int index, String reason) {
        Vertex vertex = vertices.get(index);
        vertices.set(
                index,
                new Vertex(
                        vertex.name(),
                        vertex.layer(),
                        vertex.type(),
                        vertex.inputs(),
                        vertex.operation().protectedBecause(reason)));
    }

    TraceGraph build(Integer... outputs) {
        return new TraceGraph(vertices, List.of(outputs), positions.size());
    }

    /** What each position of the flat vector belongs to. */
    List<Position> positions() {
        return positions;
    }

    private int own(int vertex, int channels) {
        int base = positions.size();
        for (int c = 0; c < channels; c++) {
            own(false, new int[] {vertex, c});
        }
        return base;
    }

    private void own(boolean statistic, int[]... owners) {
        positions.add(new Position(statistic, owners));
    }

    private int add(String name, List<Integer> inputs, Operation operation) {
        vertices.add(new Vertex(name, name, name.replaceAll("[0-9]", ""), inputs, operation));
        return vertices.size() - 1;
    }
}
