package io.halfspace.solver;

import io.halfspace.graph.ChannelMap;
import io.halfspace.graph.ChannelSlices;
import io.halfspace.graph.Cost;
import io.halfspace.graph.Operation;
import io.halfspace.graph.TraceGraph;
import io.halfspace.graph.Vertex;
import java.util.ArrayList;
import java.util.List;

/** Small networks of dense layers, to know every position of. */
final class ToyNets {
    private final List<Vertex> vertices = new ArrayList<>();
    private int length;

    private ToyNets() {}

    /**
     * Layer by layer: weights in x out one column after the other, the bias, then for hidden layers gamma, beta, mean and
     * variance if {@code normalised}.
     */
    static TraceGraph chain(boolean normalised, int... widths) {
        ToyNets net = new ToyNets();
        int at = net.input(widths[0]);
        for (int l = 1; l < widths.length; l++) {
            at = net.dense("dense" + l, at, widths[l]);
            if (normalised && l < widths.length - 1) {
                at = net.norm("norm" + l, at);
            }
        }
        return net.graph(at);
    }

    /**
     * Stages one after the other, each a number of dense layers side by side on a dense layer before them, normalised if
     * wanted, and added; then a dense layer. Each such layer is an erasable segment, and each stage keeps one.
     */
    static TraceGraph branches(boolean normalised, int in, int width, int... stages) {
        ToyNets net = new ToyNets();
        int at = net.input(in);
        for (int s = 0; s < stages.length; s++) {
            int stem = net.dense("stem" + s, at, width);
            List<Integer> ends = new ArrayList<>();
            for (int b = 0; b < stages[s]; b++) {
                String name = s + "/" + b;
                int dense = net.dense("dense" + name, stem, width);
                ends.add(normalised ? net.norm("norm" + name, dense) : dense);
            }
            at = net.sum("sum" + s, ends);
        }
        return net.graph(net.dense("out", at, 2));
    }

    /** Branches of two dense layers side by side on the input, added. */
    static TraceGraph parallel(int branches, int in, int hidden, int out) {
        ToyNets net = new ToyNets();
        int input = net.input(in);
        List<Integer> ends = new ArrayList<>();
        for (int b = 0; b < branches; b++) {
            ends.add(net.dense("second" + b, net.dense("first" + b, input, hidden), out));
        }
        return net.graph(net.sum("sum", ends));
    }

    /** Branches of two dense layers side by side on the input, of different hidden widths, added. */
    static TraceGraph beside(int in, int... hidden) {
        ToyNets net = new ToyNets();
        int input = net.input(in);
        List<Integer> ends = new ArrayList<>();
        for (int b = 0; b < hidden.length; b++) {
            ends.add(net.dense("second" + b, net.dense("first" + b, input, hidden[b]), 2));
        }
        return net.graph(net.sum("sum", ends));
    }

    /** A dense layer, added to a path of two dense layers side by side, added, and one behind them. */
    static TraceGraph twoPaths() {
        ToyNets net = new ToyNets();
        int stem = net.dense("stem", net.input(2), 2);
        int first = net.dense("first", stem, 2);
        int inner = net.sum("inner", List.of(net.dense("inner0", stem, 2), net.dense("inner1", stem, 2)));
        int second = net.dense("second", inner, 2);
        return net.graph(net.sum("end", List.of(first, second)));
    }

    private TraceGraph graph(int output) {
        return new TraceGraph(vertices, List.of(output), length);
    }

    private int input(int channels) {
        return add("in", List.of(), Operation.input(channels, 1));
    }

    private int dense(String name, int input, int out) {
        int in = vertices.get(input).channels();
        List<ChannelSlices> slices = List.of(
                ChannelSlices.trainable(length, in, in, in, 1),
                ChannelSlices.trainable(length + in * out, 1, 1, 1, 1),
                ChannelSlices.consumer(0, length, 1, 1, in, out));
        length += in * out + out;
        Cost.Terms parameters = Cost.Terms.pair(1).plus(Cost.Terms.perOut(1));
        Cost cost = new Cost(parameters, Cost.Terms.ZERO, Cost.Terms.pair(1), 1);
        return add(name, List.of(input), Operation.stem(out, true, slices, cost));
    }

    private int norm(String name, int input) {
        int out = vertices.get(input).channels();
        List<ChannelSlices> slices = List.of(
                ChannelSlices.trainable(length, 1, 1, 1, 1),
                ChannelSlices.trainable(length + out, 1, 1, 1, 1),
                ChannelSlices.statistic(length + 2 * out),
                ChannelSlices.statistic(length + 3 * out));
        length += 4 * out;
        Cost cost = new Cost(Cost.Terms.perOut(2), Cost.Terms.perOut(2), Cost.Terms.ZERO, 1);
        return add(name, List.of(input), Operation.accessory(out, ChannelMap.IDENTITY, true, slices, cost));
    }

    private int sum(String name, List<Integer> inputs) {
        return add(name, inputs, Operation.joint(vertices.get(inputs.get(0)).channels(), true, 1));
    }

    private int add(String name, List<Integer> inputs, Operation operation) {
        vertices.add(new Vertex(name, name, operation.kind().name(), inputs, operation));
        return vertices.size() - 1;
    }
}
