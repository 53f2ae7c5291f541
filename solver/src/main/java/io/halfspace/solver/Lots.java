package io.halfspace.solver;

import io.halfspace.graph.GroupSet;
import io.halfspace.graph.NetworkCost;
import io.halfspace.graph.Removal;
import java.util.Arrays;

/**
 * Takes groups of channels out of a network in lots, so that each layer keeps a multiple of some number of channels, or all:
 * groups are set aside until those of their layer make a lot. The first lot of a layer is what its channels exceed a
 * multiple by, if they do.
 */
final class Lots {
    private final GroupSet set;
    private final int multiple;
    private final Removal removal;
    private final NetworkCost dense;
    private final boolean[] leaving;
    private final int[] left;
    private int groups;
    /** By layer, the groups set aside, and how many channels it has without them. */
    private final int[][] aside;

    private final int[] asideCount;
    private final int[] channels;

    Lots(GroupSet set, int multiple) {
        this.set = set;
        this.multiple = multiple;
        removal = set.removal();
        dense = removal.cost();
        leaving = new boolean[set.count()];
        left = new int[set.count()];
        int layers = set.graph().size();
        aside = new int[layers][];
        asideCount = new int[layers];
        channels = new int[layers];
        Arrays.setAll(channels, v -> set.graph().vertex(v).channels());
    }

    /**
     * Goes through groups, all of which can leave together, until the target is met; whether it was.
     *
     * @param order of the groups; not modified
     */
    boolean along(int[] order, Target target) {
        double allowed = target.allowed(target.remaining(leaving.length, dense));
        for (int group : order) {
            if (target.remaining(leaving.length - groups, removal.cost()) <= allowed) {
                return true;
            }
            setAside(group);
        }
        return target.remaining(leaving.length - groups, removal.cost()) <= allowed;
    }

    /** Goes through all of them. */
    void toTheEnd(int[] order) {
        for (int group : order) {
            setAside(group);
        }
    }

    Feasible result() {
        return new Feasible(leaving, Arrays.copyOf(left, groups), dense, removal.cost());
    }

    private void setAside(int group) {
        int layer = set.peers(group);
        if (aside[layer] == null) {
            aside[layer] = new int[multiple];
        }
        aside[layer][asideCount[layer]++] = group;
        channels[layer]--;
        if (channels[layer] % multiple == 0) {
            for (int i = 0; i < asideCount[layer]; i++) {
                remove(aside[layer][i]);
            }
            asideCount[layer] = 0;
        }
    }

    private void remove(int group) {
        removal.remove(group);
        leaving[group] = true;
        left[groups++] = group;
    }
}
