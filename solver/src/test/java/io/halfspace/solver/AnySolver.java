package io.halfspace.solver;

import io.halfspace.graph.ErasableSegments;
import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.GroupSet;
import io.halfspace.graph.TraceGraph;

/** Every solver there is, with usual settings and both kinds of groups, to be run through the same tests. */
enum AnySolver {
    DHSPG(false) {
        @Override
        Solver make(GroupSet groups, Target target, Schedule schedule, Parts parts) {
            return new Dhspg(groups, target, DhspgSettings.forSgd(), schedule, parts);
        }
    },
    HESSO(false) {
        @Override
        Solver make(GroupSet groups, Target target, Schedule schedule, Parts parts) {
            return new Hesso(groups, target, 4, schedule, parts);
        }
    },
    H2SPG(true) {
        @Override
        Solver make(GroupSet groups, Target target, Schedule schedule, Parts parts) {
            return new H2spg((ErasableSegments) groups, target, DhspgSettings.forSgd(), schedule, parts);
        }
    },
    HESSO_ON_SEGMENTS(true) {
        @Override
        Solver make(GroupSet groups, Target target, Schedule schedule, Parts parts) {
            return HESSO.make(groups, target, schedule, parts);
        }
    };

    private final boolean segments;

    AnySolver(boolean segments) {
        this.segments = segments;
    }

    abstract Solver make(GroupSet groups, Target target, Schedule schedule, Parts parts);

    /** 25 groups in two layers of 16 and 9, each of which must keep one; with running statistics. */
    GroupSet groups() {
        return groups(segments ? ToyNets.branches(true, 4, 3, 16, 9) : ToyNets.chain(true, 5, 16, 9, 3));
    }

    /** Above a million values, so that all passes run in parts; groups of more than 65,536, whose rows are cut into several runs. */
    GroupSet large() {
        return groups(segments ? ConvNets.branches(3, 150) : ToyNets.chain(true, 180_000, 6, 3, 2));
    }

    /** 12 groups of a network that can be trained. */
    GroupSet trainable() {
        return groups(network(1).graph());
    }

    LeastSquares network(long seed) {
        return segments ? new BranchedNetwork(seed) : new LinearNetwork(seed);
    }

    private GroupSet groups(TraceGraph graph) {
        GroupPartition channels = GroupPartition.of(graph);
        return segments ? ErasableSegments.of(graph, channels) : channels;
    }
}
