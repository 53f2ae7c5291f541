package io.halfspace.solver;

import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.NetworkCost;
import io.halfspace.graph.Thinning;
import io.halfspace.graph.TraceGraph;

/** Takes groups out of a network one by one, pricing what is left, and passes over those that a layer cannot spare. */
final class RankingWalk {
    private final Thinning thinning;
    private final NetworkCost dense;
    private final boolean[] leaving;
    private int groups;

    RankingWalk(TraceGraph graph, GroupPartition partition) {
        thinning = new Thinning(graph, partition);
        dense = thinning.cost();
        leaving = new boolean[partition.count()];
    }

    /** Goes through the groups in order until the target is met; whether it was. */
    boolean along(int[] order, Target target) {
        double allowed = target.allowed(target.remaining(leaving.length, dense));
        for (int group : order) {
            if (target.remaining(leaving.length - groups, thinning.cost()) <= allowed) {
                return true;
            }
            remove(group);
        }
        return target.remaining(leaving.length - groups, thinning.cost()) <= allowed;
    }

    /** Goes through all the groups. */
    void toTheEnd(int[] order) {
        for (int group : order) {
            remove(group);
        }
    }

    Feasible result() {
        return new Feasible(leaving, groups, dense, thinning.cost());
    }

    private void remove(int group) {
        if (thinning.canRemove(group)) {
            thinning.remove(group);
            leaving[group] = true;
            groups++;
        }
    }
}
