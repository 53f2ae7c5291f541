package io.halfspace.explain;

import io.halfspace.graph.ChannelMap;
import io.halfspace.graph.ChannelSlices;
import io.halfspace.graph.Cost;
import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.Operation;
import io.halfspace.graph.TraceGraph;
import io.halfspace.graph.Vertex;
import java.util.ArrayList;
import java.util.List;

/** Networks of dense layers, activations and joints, with names of the test's own. */
final class Nets {
    private final List<Vertex> vertices = new ArrayList<>();
    private int parameters;

    int input(String name, int channels) {
        return add(name, "Input", List.of(), Operation.input(channels, 1));
    }

    int dense(String name, int from, int out) {
        int in = vertices.get(from).channels();
        int weights = parameters;
        int bias = weights + in * out;
        parameters = bias + out;
        List<ChannelSlices> slices = List.of(
                ChannelSlices.trainable(weights, in, in, in, 1),
                ChannelSlices.trainable(bias, 1, 1, 1, 1),
                ChannelSlices.consumer(0, weights, 1, 1, in, out));
        Cost cost = new Cost(Cost.Terms.pair(1).plus(Cost.Terms.perOut(1)), Cost.Terms.ZERO, Cost.Terms.pair(1), 1);
        return add(name, "DenseLayer", List.of(from), Operation.stem(out, true, slices, cost));
    }

    int relu(String name, int from) {
        int channels = vertices.get(from).channels();
        Operation operation = Operation.accessory(channels, ChannelMap.IDENTITY, true, List.of(), Cost.free(1));
        return add(name, "ActivationLayer", List.of(from), operation);
    }

    int sum(String name, Integer... from) {
        Operation operation = Operation.joint(vertices.get(from[0]).channels(), true, 1);
        return add(name, "ElementWiseVertex", List.of(from), operation);
    }

    int concat(String name, Integer... from) {
        int channels =
                List.of(from).stream().mapToInt(v -> vertices.get(v).channels()).sum();
        return add(name, "MergeVertex", List.of(from), Operation.concat(channels, 1));
    }

    Analysis analysis(String model, int output) {
        TraceGraph trace = new TraceGraph(vertices, List.of(output), parameters);
        return Analysis.of(model, trace, GroupPartition.of(trace), 4);
    }

    private int add(String name, String type, List<Integer> inputs, Operation operation) {
        vertices.add(new Vertex(name, name, type, inputs, operation));
        return vertices.size() - 1;
    }

    /** Two dense branches and a skip, added; then a concatenation; names with a prefix. */
    static Analysis small(String prefix) {
        Nets net = new Nets();
        int stem = net.dense(prefix + "stem", net.input(prefix + "in", 3), 4);
        int left = net.relu(prefix + "left-relu", net.dense(prefix + "left", stem, 4));
        int right = net.dense(prefix + "right", stem, 4);
        int sum = net.sum(prefix + "sum", left, right, stem);
        int cat = net.concat(prefix + "cat", net.dense(prefix + "a", sum, 2), net.dense(prefix + "b", sum, 5));
        return net.analysis(prefix + "model", net.dense(prefix + "out", cat, 2));
    }

    /** Residual blocks one after the other, about three vertices each. */
    static Analysis residual(int blocks) {
        Nets net = new Nets();
        int at = net.dense("stem", net.input("in", 3), 4);
        for (int i = 0; i < blocks; i++) {
            at = net.relu("relu" + i, net.sum("add" + i, net.dense("dense" + i, at, 4), at));
        }
        return net.analysis("residual", net.dense("out", at, 2));
    }

    static Analysis chain(int layers) {
        Nets net = new Nets();
        int at = net.input("in", 3);
        for (int i = 0; i < layers; i++) {
            at = net.dense("dense" + i, at, 3);
        }
        return net.analysis("chain", at);
    }

    /** Every layer reads all before it in the block: lines that pass by many layers of the drawing. */
    static Analysis dense(int layers) {
        Nets net = new Nets();
        List<Integer> before = new ArrayList<>(List.of(net.dense("stem", net.input("in", 3), 4)));
        for (int i = 0; i < layers; i++) {
            before.add(net.dense("dense" + i, net.concat("cat" + i, before.toArray(Integer[]::new)), 1));
        }
        return net.analysis("dense", net.dense("out", before.get(layers), 2));
    }
}
