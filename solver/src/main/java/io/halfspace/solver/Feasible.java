package io.halfspace.solver;

import io.halfspace.graph.GroupSet;
import io.halfspace.graph.NetworkCost;
import java.util.Objects;

/**
 * How far a network can be thinned while it stays valid.
 *
 * @param leaving by group, whether it leaves. Not copied
 * @param order the groups that leave, so that without any first ones of them a valid network is left. Not copied
 * @param dense price of the whole network
 * @param left price of the network without them
 */
public record Feasible(boolean[] leaving, int[] order, NetworkCost dense, NetworkCost left) {
    public Feasible {
        Objects.requireNonNull(leaving, "leaving");
        Objects.requireNonNull(order, "order");
        Objects.requireNonNull(dense, "dense");
        Objects.requireNonNull(left, "left");
    }

    /** The furthest that removing group after group in the given order leads to. */
    static Feasible inOrder(int[] order, GroupSet groups, Target target) {
        RankingWalk walk = new RankingWalk(groups);
        walk.toTheEnd(order, target);
        return walk.result();
    }

    /** How many groups leave. */
    public int groups() {
        return order.length;
    }
}
