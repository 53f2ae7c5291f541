package io.halfspace.dl4j;

import static io.halfspace.dl4j.Blocks.VECTOR;
import static io.halfspace.dl4j.Blocks.dense;
import static io.halfspace.dl4j.Blocks.output;
import static io.halfspace.dl4j.Blocks.prunable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.Thinning;
import io.halfspace.graph.TraceGraph;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.example.layers.MisfitDense;
import org.example.layers.ScaledDense;
import org.example.layers.UnruledDense;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A layer of a user's own, with a rule and without. */
class LayerRuleTest {
    @ParameterizedTest
    @ValueSource(doubles = {0.3, 0.5, 1})
    void layerWithARule_isCutExactly(double share) {
        Topology topology = around("own", new ScaledDense(8));
        for (DataType type : topology.precisions()) {
            ComputationGraph network = topology.network(type);
            TraceGraph trace = NetworkTracer.trace(network, topology.types());
            GroupPartition partition = GroupPartition.of(trace);
            assertThat(partition.count()).isEqualTo(6 + 8 + 5);
            boolean[] leaving = TopologyTest.choose(partition, new Thinning(trace, partition), share, 1);
            network.setParams(
                    TopologyTest.row(TopologyTest.zeroed(TopologyTest.parameters(network), partition, leaving), type));
            ComputationGraph built = SubnetworkBuilder.build(network, trace, partition, leaving);
            INDArray[] probe = topology.probe(type);
            assertThat(EquivalenceCheck.compare(network, built, probe).passed()).isTrue();
            assertThat(built.numParams()).isLessThan(network.numParams());
        }
    }

    @Test
    void layerWithARule_isReadFromAFile() throws IOException {
        Topology topology = around("own", new ScaledDense(8));
        ComputationGraph network = topology.network(DataType.FLOAT);
        ComputationGraph read = ModelFile.read("own.zip", new ByteArrayInputStream(written(network)));
        assertThat(EquivalenceCheck.compare(network, read, topology.probe(DataType.FLOAT))
                        .maxAbsoluteDifference())
                .isZero();
    }

    /** Not even a subclass of one with a rule. */
    @Test
    void layerWithoutARule_isProtectedAndNotReadFromAFile() throws IOException {
        Topology topology = around("own", new UnruledDense(8));
        ComputationGraph network = topology.network(DataType.FLOAT);
        assertThat(reason(topology)).isEqualTo("there is no rule for the SameDiff class UnruledDense");
        byte[] file = written(network);
        assertThatThrownBy(() -> ModelFile.read("own.zip", new ByteArrayInputStream(file)))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("names the class 'org.example.layers.UnruledDense'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "throws",
                "null",
                "channels",
                "parameters",
                "beyond",
                "before",
                "backwards",
                "identity",
                "gather",
                "input",
                "overflow"
            })
    void ruleThatDoesNotFit_protects(String fault) {
        Topology topology = around(fault, new MisfitDense(8));
        assertThat(reason(topology)).startsWith("its rule ");
    }

    @Test
    void documentation_showsTheCodeOfThisTest() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "extending.md"));
        for (String name : new String[] {"ScaledDense", "ScaledDenseRule"}) {
            String code = Files.readString(Path.of("src/test/java/org/example/layers", name + ".java"));
            assertThat(page).contains("```java\n" + code + "```");
        }
    }

    private static String reason(Topology topology) {
        ComputationGraph network = topology.network(DataType.FLOAT);
        TraceGraph trace = NetworkTracer.trace(network, topology.types());
        GroupPartition partition = GroupPartition.of(trace);
        assertThat(partition.count()).as("groups of the last dense layer").isEqualTo(5);
        return trace.vertex(2).operation().protection().orElseThrow();
    }

    private static Topology around(String name, Layer own) {
        return prunable(
                "own layer",
                VECTOR,
                g -> g.addLayer("d1", dense(6, Activation.RELU), "in0")
                        .addLayer(name, own.clone(), "d1")
                        .addLayer("d2", dense(5, Activation.TANH), name)
                        .addLayer("out", output(), "d2")
                        .setOutputs("out"));
    }

    private static byte[] written(ComputationGraph network) throws IOException {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        ModelFile.write(network, stream, false, Map.of());
        return stream.toByteArray();
    }
}
