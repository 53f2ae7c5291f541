package io.halfspace.solver;

import io.halfspace.graph.ChannelMap;
import io.halfspace.graph.ChannelSlices;
import io.halfspace.graph.Cost;
import io.halfspace.graph.Operation;
import io.halfspace.graph.TraceGraph;
import io.halfspace.graph.Vertex;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Chains of dense layers, with a batch normalisation behind each hidden one. */
final class ToyNets {
    private ToyNets() {}

    /**
     * Layer by layer: weights in x out one column after the other, the bias, then for hidden layers gamma, beta, mean and
     * variance if {@code normalised}.
     */
    static TraceGraph chain(boolean normalised, int... widths) {
        List<Vertex> vertices = new ArrayList<>();
        vertices.add(vertex("in", 0, Operation.input(widths[0], 1)));
        int at = 0;
        for (int l = 1; l < widths.length; l++) {
            int in = widths[l - 1];
            int out = widths[l];
            List<ChannelSlices> slices = List.of(
                    ChannelSlices.trainable(at, in, in, in, 1),
                    ChannelSlices.trainable(at + in * out, 1, 1, 1, 1),
                    ChannelSlices.consumer(0, at, 1, 1, in, out));
            at += in * out + out;
            Cost.Terms parameters = Cost.Terms.pair(1).plus(Cost.Terms.perOut(1));
            Cost cost = new Cost(parameters, Cost.Terms.ZERO, Cost.Terms.pair(1), 1);
            vertices.add(vertex("dense" + l, vertices.size(), Operation.stem(out, true, slices, cost)));
            if (normalised && l < widths.length - 1) {
                List<ChannelSlices> norm = List.of(
                        ChannelSlices.trainable(at, 1, 1, 1, 1),
                        ChannelSlices.trainable(at + out, 1, 1, 1, 1),
                        ChannelSlices.statistic(at + 2 * out),
                        ChannelSlices.statistic(at + 3 * out));
                at += 4 * out;
                Cost normCost = new Cost(Cost.Terms.perOut(2), Cost.Terms.perOut(2), Cost.Terms.ZERO, 1);
                vertices.add(vertex(
                        "norm" + l,
                        vertices.size(),
                        Operation.accessory(out, ChannelMap.IDENTITY, true, norm, normCost)));
            }
        }
        return new TraceGraph(vertices, List.of(vertices.size() - 1), at);
    }

    private static Vertex vertex(String name, int index, Operation operation) {
        return new Vertex(
                name, name, "Dense", index == 0 ? List.of() : Collections.singletonList(index - 1), operation);
    }
}
