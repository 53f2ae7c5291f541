package io.halfspace.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class EquivalenceCheckTest {
    private final Topology topology = Topologies.named("several outputs");

    @Test
    void sameNetwork_passes() {
        ComputationGraph network = topology.network(DataType.FLOAT);
        EquivalenceCheck check = check(network, network.clone());
        assertThat(check).isEqualTo(new EquivalenceCheck(0, 0, 1e-5, true));
    }

    @Test
    void smallChange_failsInDoublePrecisionOnly() {
        for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
            ComputationGraph network = topology.network(type);
            ComputationGraph other = network.clone();
            INDArray bias = other.getLayer("out2").getParam("b");
            bias.addi(1e-6);
            EquivalenceCheck check = check(network, other);
            assertThat(check.maxAbsoluteDifference()).isBetween(5e-7, 2e-6);
            assertThat(check.passed()).isEqualTo(type == DataType.FLOAT);
        }
    }

    @Test
    void notANumber_fails() {
        ComputationGraph network = topology.network(DataType.FLOAT);
        ComputationGraph other = network.clone();
        other.getLayer("out1").getParam("b").putScalar(1, Float.NaN);
        assertThat(check(network, other).passed()).isFalse();
        assertThat(check(other, network).passed()).isFalse();
        assertThat(check(other, other).passed()).isFalse();
        network.getLayer("out1").getParam("b").putScalar(1, Float.POSITIVE_INFINITY);
        assertThat(check(network, network.clone()).passed()).isFalse();
    }

    @Test
    void zeroNetworks_areEqual() {
        ComputationGraph network = topology.network(DataType.FLOAT);
        network.params().assign(0);
        assertThat(check(network, network.clone()).passed()).isTrue();
    }

    /** Deeplearning4j's activation layers write over what they are given. */
    @Test
    void probe_isNotModified() {
        Topology activated = new Topology(
                "activated input",
                List.of(InputType.feedForward(4)),
                false,
                g -> g.addLayer("relu", new ActivationLayer(Activation.RELU), "in0")
                        .addLayer("d", new DenseLayer.Builder().nOut(3).build(), "in0")
                        .addVertex("cat", new MergeVertex(), "relu", "d")
                        .addLayer("out", new LossLayer.Builder(LossFunction.MSE).build(), "cat")
                        .setOutputs("out"));
        ComputationGraph network = activated.network(DataType.FLOAT);
        INDArray[] probe = activated.probe(DataType.FLOAT);
        INDArray before = probe[0].dup();
        assertThat(EquivalenceCheck.compare(network, network.clone(), probe).passed())
                .isTrue();
        assertThat(probe[0]).isEqualTo(before);
    }

    private EquivalenceCheck check(ComputationGraph expected, ComputationGraph actual) {
        return EquivalenceCheck.compare(
                expected, actual, topology.probe(expected.getConfiguration().getDataType()));
    }
}
