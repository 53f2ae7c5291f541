package io.halfspace.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.Thinning;
import io.halfspace.graph.TraceGraph;
import io.halfspace.graph.ZeroGroups;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Cuts groups out of a whole network, drawn at random, and compares the result with the zeroed network. */
final class CutCheck {
    private CutCheck() {}

    /**
     * Zeroes groups of a network, builds the smaller one and asserts that it computes the same.
     *
     * @param network modified: the chosen groups are zero afterwards
     * @param share of all groups, in random order, that leave if they can; 1 leaves the smallest legal remainder
     */
    static void builtEqualsZeroed(
            ComputationGraph network, InputType[] types, double share, long seed, INDArray... probe) {
        TraceGraph trace = NetworkTracer.trace(network, types);
        GroupPartition groups = GroupPartition.of(trace);
        Thinning thinning = new Thinning(trace, groups);
        boolean[] leaving = TopologyTest.choose(groups, thinning, share, seed);
        float[] parameters = FlatParameters.of(network);
        for (int group = 0; group < leaving.length; group++) {
            if (leaving[group]) {
                groups.trainable().clear(group, parameters);
            }
        }
        FlatParameters.set(network, parameters);

        ComputationGraph built = SubnetworkBuilder.build(network, trace, groups, ZeroGroups.in(groups, parameters));

        EquivalenceCheck check = EquivalenceCheck.compare(network, built, probe);
        DataType type = network.getConfiguration().getDataType();
        assertThat(check.passed()).as("%s, seed %d", check, seed).isTrue();
        assertThat(check.tolerance()).isEqualTo(type == DataType.DOUBLE ? 1e-10 : 1e-5);
        assertThat(share == 1 || TopologyTest.tellsExamplesApart(network, probe))
                .as("two dead networks would be equal")
                .isTrue();
        assertThat(built.numParams())
                .isEqualTo(thinning.cost().parameters() + thinning.cost().statistics())
                .isLessThan(network.numParams());
    }
}
