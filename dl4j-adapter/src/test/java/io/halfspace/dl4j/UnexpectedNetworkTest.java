package io.halfspace.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.TraceGraph;
import io.halfspace.graph.Vertex;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;

/** What cannot be understood is protected, and never an error. */
class UnexpectedNetworkTest {
    static List<Topology> topologies() {
        return Topologies.all();
    }

    /** Of another kind, another size, or nothing at all known of its length. */
    static Stream<InputType> types() {
        return Stream.of(
                InputType.feedForward(1),
                InputType.feedForward(99),
                InputType.recurrent(3),
                InputType.recurrent(4, 2),
                InputType.convolutional(1, 1, 1),
                InputType.convolutional(5, 9, 3),
                InputType.convolutionalFlat(2, 3, 4),
                InputType.convolutional3D(Convolution3D.DataFormat.NCDHW, 2, 2, 2, 3));
    }

    @ParameterizedTest
    @MethodSource("topologies")
    void wrongInputTypes_protectWhatDoesNotFit(Topology topology) {
        ComputationGraph network = topology.network(DataType.FLOAT);
        types().forEach(type -> {
            InputType[] types = topology.inputs().stream().map(input -> type).toArray(InputType[]::new);
            TraceGraph trace = NetworkTracer.trace(network, types);
            GroupPartition partition = GroupPartition.of(trace);
            assertThat(trace.parameterLength()).isEqualTo((int) network.params().length());
            assertThat(partition.count()).isLessThanOrEqualTo(channels(trace));
        });
    }

    @Test
    void verticesThatDoNotFitTheirInputs_areUnknown() {
        Topology topology = Topologies.named("subset");
        for (GraphVertex vertex : List.of(
                new SubsetVertex(5, 99),
                new SubsetVertex(3, 1),
                new SubsetVertex(-4, 2),
                new ReshapeVertex(-1, 3, 5),
                new ReshapeVertex(2),
                new ReshapeVertex(-1, 0, 0, 0),
                merged(7))) {
            ComputationGraph network = topology.network(DataType.FLOAT);
            network.getConfiguration().getVertices().put("low", vertex);
            TraceGraph trace = NetworkTracer.trace(network, topology.types());
            String reason = trace.vertices().stream()
                    .filter(v -> v.name().equals("low"))
                    .findFirst()
                    .orElseThrow()
                    .operation()
                    .protection()
                    .orElse("");
            assertThat(reason).as(vertex.toString()).isNotEmpty();
            GroupPartition partition = GroupPartition.of(trace);
            assertThat(partition.protection(1, 0)).as("what feeds it").isPresent();
        }
    }

    /** A name that the trace would give to a part of another layer. */
    @Test
    void namesOfTheUsers_areKept() {
        Topology topology = new Topology(
                "names",
                List.of(Blocks.IMAGE),
                true,
                g -> g.addLayer("c1", Blocks.conv(4, Activation.RELU), "in0")
                        .addLayer("d1", Blocks.dense(5, Activation.RELU), "c1")
                        .addLayer("d1/preprocessor", Blocks.dense(4, Activation.TANH), "d1")
                        .addLayer("out", Blocks.output(), "d1/preprocessor")
                        .setOutputs("out"));
        ComputationGraph network = topology.network(DataType.DOUBLE);
        TraceGraph trace = NetworkTracer.trace(network, topology.types());
        assertThat(trace.vertices().stream().map(Vertex::name)).contains("d1/preprocessor", "d1/preprocessor'");
        CutCheck.builtEqualsZeroed(network, topology.types(), 0.5, 1, topology.probe(DataType.DOUBLE));
    }

    /** A layer whose configuration says something else than the network was made with. */
    @Test
    void sizesThatContradictTheParameters_protect() {
        Topology topology = Topologies.named("dense chain");
        ComputationGraph network = topology.network(DataType.FLOAT);
        ComputationGraphConfiguration configuration = network.getConfiguration();
        LayerVertex d1 = (LayerVertex) configuration.getVertices().get("d1");
        ((DenseLayer) d1.getLayerConf().getLayer()).setNOut(-3);
        TraceGraph trace = NetworkTracer.trace(network, topology.types());
        assertThat(trace.vertex(1).operation().protection()).isPresent();
    }

    private static MergeVertex merged(int axis) {
        MergeVertex merge = new MergeVertex();
        merge.setMergeAxis(axis);
        return merge;
    }

    private static int channels(TraceGraph trace) {
        return trace.vertices().stream().mapToInt(Vertex::channels).sum();
    }
}
