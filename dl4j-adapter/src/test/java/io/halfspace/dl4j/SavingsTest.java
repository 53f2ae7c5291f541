package io.halfspace.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfspace.graph.CostTable;
import io.halfspace.graph.ErasableSegments;
import io.halfspace.graph.GroupFamilies;
import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.GroupSet;
import io.halfspace.graph.NetworkCost;
import io.halfspace.graph.TraceGraph;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What one group or segment is said to save is what Deeplearning4j's own network has less of when built without it. */
final class SavingsTest {
    static List<Topology> topologies() {
        return Topologies.all();
    }

    @ParameterizedTest
    @MethodSource("topologies")
    void builtNetwork_hasSoMuchLess(Topology topology) {
        ComputationGraph network = topology.network(topology.precision());
        TraceGraph trace = NetworkTracer.trace(network, topology.types());
        GroupPartition groups = GroupPartition.of(trace);
        CostTable costs = CostTable.of(trace, groups);
        assertThat(costs.total().parameters() + costs.total().statistics())
                .as(topology.name())
                .isEqualTo(network.params().length());

        GroupFamilies families = GroupFamilies.of(groups);
        for (int family = 0; family < families.count(); family++) {
            int group = families.first(family);
            if (groups.removal().canRemove(group)) {
                check(topology, network, groups, group, costs.groupSaving(group));
            }
        }
        ErasableSegments segments = ErasableSegments.of(trace, groups);
        for (int s = 0; s < segments.count(); s++) {
            if (segments.removal().canRemove(s)) {
                check(
                        topology,
                        network,
                        segments,
                        s,
                        costs.segmentSaving(segments.segment(s)).orElseThrow());
            }
        }
    }

    private static void check(
            Topology topology, ComputationGraph network, GroupSet groups, int group, NetworkCost saving) {
        boolean[] leaving = new boolean[groups.count()];
        leaving[group] = true;
        ComputationGraph built = SubnetworkBuilder.build(network, groups.graph(), groups.without(leaving));
        assertThat(saving.parameters() + saving.statistics())
                .as("%s without %s", topology.name(), groups.name(group))
                .isEqualTo(network.params().length() - built.params().length());
        TraceGraph rest = NetworkTracer.trace(built, topology.types());
        assertThat(CostTable.of(rest, GroupPartition.of(rest)).total())
                .as("%s without %s", topology.name(), groups.name(group))
                .isEqualTo(CostTable.of(groups.graph(), GroupPartition.of(groups.graph()))
                        .total()
                        .minus(saving));
    }
}
