package io.halfspace.graph;

import java.util.ArrayList;
import java.util.List;

/** Trace graphs of the size of real networks and beyond. */
final class LargeGraphs {
    private final List<Vertex> vertices = new ArrayList<>();
    private int parameters;

    /** One layer after the other: convolution, batch normalisation, activation. */
    static TraceGraph chain(int size, int width) {
        LargeGraphs net = new LargeGraphs();
        int at = net.input(3);
        while (net.vertices.size() < size - 1) {
            at = net.block(at, width, 3);
        }
        return net.build(net.conv(at, 10, 1));
    }

    /** Residual blocks of two convolutions, seven vertices each, every channel tied over the whole network. */
    static TraceGraph residual(int size, int width) {
        LargeGraphs net = new LargeGraphs();
        int at = net.block(net.input(3), width, 3);
        while (net.vertices.size() < size - 1) {
            int inner = net.block(at, width, 3);
            at = net.relu(net.sum(net.norm(net.conv(inner, width, 3)), at));
        }
        return net.build(net.conv(at, 10, 1));
    }

    /** Blocks of three branches, stacked, then mixed: channels tied within a block only. */
    static TraceGraph blocks(int size, int width) {
        LargeGraphs net = new LargeGraphs();
        int at = net.block(net.input(3), width, 3);
        while (net.vertices.size() < size - 1) {
            int stacked = net.concat(net.block(at, width, 1), net.block(at, width, 3), net.relu(at));
            at = net.block(stacked, width, 1);
        }
        return net.build(net.conv(at, 10, 1));
    }

    /** Bottleneck blocks of ResNet-50 in their real widths. */
    static TraceGraph resNet50() {
        LargeGraphs net = new LargeGraphs();
        int at = net.relu(net.block(net.input(3), 64, 7));
        int[] blocks = {3, 4, 6, 3};
        for (int stage = 0; stage < blocks.length; stage++) {
            for (int i = 0; i < blocks[stage]; i++) {
                int width = 64 << stage;
                int c = net.norm(net.conv(net.block(net.block(at, width, 1), width, 3), 4 * width, 1));
                int skip = i == 0 ? net.norm(net.conv(at, 4 * width, 1)) : at;
                at = net.relu(net.sum(c, skip));
            }
        }
        return net.build(net.conv(net.relu(at), 1000, 1));
    }

    /** DenseNet-201 in its real widths: growth 32, blocks of 6, 12, 48 and 32, one concatenation a layer. */
    static TraceGraph denseNet201() {
        return denseNet(32, 6, 12, 48, 32);
    }

    /** A DenseNet: every layer's channels are stacked behind all before it. */
    static TraceGraph denseNet(int growth, int... blocks) {
        LargeGraphs net = new LargeGraphs();
        int at = net.relu(net.block(net.input(3), 2 * growth, 7));
        for (int block = 0; block < blocks.length; block++) {
            for (int i = 0; i < blocks[block]; i++) {
                int bottleneck = net.conv(net.relu(net.norm(at)), 4 * growth, 1);
                at = net.concat(at, net.conv(net.relu(net.norm(bottleneck)), growth, 3));
            }
            if (block < blocks.length - 1) {
                int half = net.vertices.get(at).channels() / 2;
                at = net.relu(net.conv(net.relu(net.norm(at)), half, 1));
            }
        }
        return net.build(net.conv(net.relu(net.norm(at)), 1000, 1));
    }

    private int input(int channels) {
        return add("in", List.of(), Operation.input(channels, 1));
    }

    private int block(int from, int out, int kernel) {
        return relu(norm(conv(from, out, kernel)));
    }

    private int conv(int from, int out, int kernel) {
        int in = channels(from);
        int taps = kernel * kernel;
        int row = in * taps;
        List<ChannelSlices> slices = List.of(
                ChannelSlices.trainable(parameters, row, row, row, 1),
                ChannelSlices.consumer(0, parameters, taps, taps, row, out));
        parameters += row * out;
        Cost cost = new Cost(Cost.Terms.pair(taps), Cost.Terms.ZERO, Cost.Terms.pair(49L * taps), 49);
        return add("conv", List.of(from), Operation.stem(out, true, slices, cost));
    }

    private int norm(int from) {
        int n = channels(from);
        List<ChannelSlices> slices = List.of(
                ChannelSlices.trainable(parameters, 1, 1, 1, 1),
                ChannelSlices.trainable(parameters + n, 1, 1, 1, 1),
                ChannelSlices.statistic(parameters + 2 * n),
                ChannelSlices.statistic(parameters + 3 * n));
        parameters += 4 * n;
        Cost cost = new Cost(Cost.Terms.perOut(2), Cost.Terms.perOut(2), Cost.Terms.ZERO, 49);
        return add("bn", List.of(from), Operation.accessory(n, ChannelMap.IDENTITY, true, slices, cost));
    }

    private int relu(int from) {
        Operation operation = Operation.accessory(channels(from), ChannelMap.IDENTITY, true, List.of(), Cost.free(49));
        return add("relu", List.of(from), operation);
    }

    private int sum(Integer... from) {
        return add("add", List.of(from), Operation.joint(channels(from[0]), true, 49));
    }

    private int concat(Integer... from) {
        int channels = List.of(from).stream().mapToInt(this::channels).sum();
        return add("concat", List.of(from), Operation.concat(channels, 49));
    }

    private int channels(int v) {
        return vertices.get(v).channels();
    }

    private int add(String type, List<Integer> inputs, Operation operation) {
        String name = type + vertices.size();
        vertices.add(new Vertex(name, name, type, inputs, operation));
        return vertices.size() - 1;
    }

    private TraceGraph build(int output) {
        return new TraceGraph(vertices, List.of(output), parameters);
    }
}
