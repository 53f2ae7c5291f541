package io.halfspace.solver;

import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.TraceGraph;

/** Every solver there is, with usual settings, to be run through the same tests. */
enum AnySolver {
    DHSPG {
        @Override
        Solver make(TraceGraph graph, Target target, Schedule schedule, Parts parts) {
            return new Dhspg(GroupPartition.of(graph), target, DhspgSettings.forSgd(), schedule, parts);
        }
    },
    HESSO {
        @Override
        Solver make(TraceGraph graph, Target target, Schedule schedule, Parts parts) {
            return new Hesso(GroupPartition.of(graph), target, 4, schedule, parts);
        }
    };

    abstract Solver make(TraceGraph graph, Target target, Schedule schedule, Parts parts);
}
