package io.halfspace.solver;

import io.halfspace.graph.ChannelMap;
import io.halfspace.graph.ChannelSlices;
import io.halfspace.graph.Cost;
import io.halfspace.graph.Operation;
import io.halfspace.graph.TraceGraph;
import io.halfspace.graph.Vertex;
import java.util.ArrayList;
import java.util.List;

/**
 * Convolutional networks as Deeplearning4j lays out their parameters: weights out x in x kernel, gamma, beta, mean and
 * variance, vertex by vertex; dense weights one column after the other, then the bias.
 */
final class ConvNets {
    private final List<Vertex> vertices = new ArrayList<>();
    private int length;

    private ConvNets() {}

    /** 0.27 M parameters. */
    static TraceGraph resnet20() {
        return residual(3, 3, 16, 32, 64);
    }

    /** 11 M parameters, 10 classes. */
    static TraceGraph resnet18() {
        return residual(2, 3, 64, 128, 256, 512);
    }

    /** 25 M parameters, 1000 classes. */
    static TraceGraph resnet50() {
        ConvNets net = new ConvNets();
        int x = net.convolution(net.input(3), 64, 7);
        int[] blocks = {3, 4, 6, 3};
        for (int stage = 0; stage < blocks.length; stage++) {
            int width = 64 << stage;
            for (int block = 0; block < blocks[stage]; block++) {
                int y = net.convolution(net.convolution(net.convolution(x, width, 1), width, 3), 4 * width, 1);
                x = net.sum(y, block == 0 ? net.convolution(x, 4 * width, 1) : x);
            }
        }
        return net.graph(net.dense(x, 1000));
    }

    /** Branches of two 3x3 convolutions from one stem into one sum: whole segments that may leave, 4.7 M values each. */
    static TraceGraph branches(int count, int width) {
        ConvNets net = new ConvNets();
        int stem = net.convolution(net.input(3), width, 3);
        Integer[] ends = new Integer[count];
        for (int b = 0; b < count; b++) {
            ends[b] = net.convolution(net.convolution(stem, width, 3), width, 3);
        }
        return net.graph(net.dense(net.sum(ends), 10));
    }

    private static TraceGraph residual(int blocks, int channels, int... widths) {
        ConvNets net = new ConvNets();
        int x = net.convolution(net.input(channels), widths[0], 3);
        for (int stage = 0; stage < widths.length; stage++) {
            for (int block = 0; block < blocks; block++) {
                int y = net.convolution(net.convolution(x, widths[stage], 3), widths[stage], 3);
                boolean shortcut = stage > 0 && block == 0;
                x = net.sum(y, shortcut ? net.convolution(x, widths[stage], 1) : x);
            }
        }
        return net.graph(net.dense(x, 10));
    }

    private int input(int channels) {
        return add(List.of(), Operation.input(channels, 1));
    }

    /** With batch normalisation behind it. */
    private int convolution(int from, int out, int kernel) {
        int in = vertices.get(from).channels();
        int place = kernel * kernel;
        int row = in * place;
        int base = take(out * row);
        List<ChannelSlices> weights = List.of(
                ChannelSlices.trainable(base, row, row, row, 1),
                ChannelSlices.consumer(0, base, place, place, row, out));
        Cost cost = new Cost(Cost.Terms.pair(place), Cost.Terms.ZERO, Cost.Terms.pair(place), 1);
        int convolution = add(List.of(from), Operation.stem(out, true, weights, cost));
        int gamma = take(4 * out);
        List<ChannelSlices> norm = List.of(
                ChannelSlices.trainable(gamma, 1, 1, 1, 1),
                ChannelSlices.trainable(gamma + out, 1, 1, 1, 1),
                ChannelSlices.statistic(gamma + 2 * out),
                ChannelSlices.statistic(gamma + 3 * out));
        Cost normCost = new Cost(Cost.Terms.perOut(2), Cost.Terms.perOut(2), Cost.Terms.ZERO, 1);
        return add(List.of(convolution), Operation.accessory(out, ChannelMap.IDENTITY, true, norm, normCost));
    }

    private int dense(int from, int out) {
        int in = vertices.get(from).channels();
        int base = take(in * out);
        int bias = take(out);
        List<ChannelSlices> slices = List.of(
                ChannelSlices.trainable(base, in, in, in, 1),
                ChannelSlices.trainable(bias, 1, 1, 1, 1),
                ChannelSlices.consumer(0, base, 1, 1, in, out));
        Cost.Terms parameters = Cost.Terms.pair(1).plus(Cost.Terms.perOut(1));
        return add(
                List.of(from),
                Operation.stem(out, true, slices, new Cost(parameters, Cost.Terms.ZERO, Cost.Terms.pair(1), 1)));
    }

    private int sum(Integer... from) {
        return add(List.of(from), Operation.joint(vertices.get(from[0]).channels(), true, 1));
    }

    private TraceGraph graph(int output) {
        return new TraceGraph(vertices, List.of(output), length);
    }

    private int take(int values) {
        length += values;
        return length - values;
    }

    private int add(List<Integer> inputs, Operation operation) {
        String name = "v" + vertices.size();
        vertices.add(new Vertex(name, name, operation.kind().name(), inputs, operation));
        return vertices.size() - 1;
    }
}
