package io.halfspace.solver;

import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.NetworkCost;
import io.halfspace.graph.TraceGraph;
import java.util.Objects;

/**
 * How far a network can be thinned while every layer keeps at least one channel.
 *
 * @param leaving by group, whether it leaves; any subset of these groups may leave too. Not copied
 * @param groups how many leave
 * @param dense price of the whole network
 * @param left price of the network without them
 */
public record Feasible(boolean[] leaving, int groups, NetworkCost dense, NetworkCost left) {
    public Feasible {
        Objects.requireNonNull(leaving, "leaving");
        Objects.requireNonNull(dense, "dense");
        Objects.requireNonNull(left, "left");
    }

    /** The furthest that removing group after group in the given order leads to. */
    static Feasible inOrder(int[] order, TraceGraph graph, GroupPartition partition) {
        RankingWalk walk = new RankingWalk(graph, partition);
        walk.toTheEnd(order);
        return walk.result();
    }
}
