package io.halfspace.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.TraceGraph;
import java.util.Arrays;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

class SubnetworkBuilderTest {
    private final Topology topology = Topologies.named("dense chain");
    private final ComputationGraph network = topology.network(DataType.DOUBLE);
    private final TraceGraph trace = NetworkTracer.trace(network, topology.types());
    private final GroupPartition partition = GroupPartition.of(trace);

    @Test
    void configuration_isKeptButForSizes() {
        network.getConfiguration().setIterationCount(7);
        network.getConfiguration().setEpochCount(3);
        ComputationGraph built = without(0, 9);
        assertThat(built.getIterationCount()).isEqualTo(7);
        assertThat(built.getEpochCount()).isEqualTo(3);
        assertThat(built.getConfiguration().getDataType()).isEqualTo(DataType.DOUBLE);
        assertThat(built.params().dataType()).isEqualTo(DataType.DOUBLE);
        assertThat(built.getConfiguration().getNetworkOutputs())
                .isEqualTo(network.getConfiguration().getNetworkOutputs());
        assertThat(((BaseLayer) built.getLayer("d1").conf().getLayer()).getIUpdater())
                .isEqualTo(((BaseLayer) network.getLayer("d1").conf().getLayer()).getIUpdater());
        assertThat(built.getLayer("d1").getParam("W").shape()).containsExactly(5, 7);
        assertThat(built.getLayer("d2").getParam("W").shape()).containsExactly(7, 5);
        assertThat(built.getLayer("out").getParam("W").shape()).containsExactly(5, 3);
    }

    @Test
    void nothing_isShared() {
        INDArray before = network.params().dup();
        ComputationGraph built = without();
        assertThat(built.params()).isEqualTo(before);
        built.fit(new DataSet(topology.probe(DataType.DOUBLE)[0], Nd4j.rand(DataType.DOUBLE, Topology.EXAMPLES, 3)));
        assertThat(built.params()).isNotEqualTo(before);
        assertThat(network.params()).isEqualTo(before);
    }

    @Test
    void lastChannel_cannotLeave() {
        boolean[] all = new boolean[partition.count()];
        Arrays.fill(all, true);
        assertThatThrownBy(() -> SubnetworkBuilder.build(network, trace, partition, all))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("all 8 channels of 'd1'");
    }

    @Test
    void separableConvolution_ofOneChannelIsRefused() {
        Topology separable = Topologies.named("separable, multiplier 2");
        ComputationGraph full = separable.network(DataType.FLOAT);
        TraceGraph traced = NetworkTracer.trace(full, separable.types());
        GroupPartition groups = GroupPartition.of(traced);
        boolean[] leaving = new boolean[groups.count()];
        Arrays.fill(leaving, 0, 3, true);
        assertThatThrownBy(() -> SubnetworkBuilder.build(full, traced, groups, leaving))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'separable' would read 1 channel");
    }

    private ComputationGraph without(int... groups) {
        boolean[] leaving = new boolean[partition.count()];
        for (int group : groups) {
            leaving[group] = true;
        }
        return SubnetworkBuilder.build(network, trace, partition, leaving);
    }
}
