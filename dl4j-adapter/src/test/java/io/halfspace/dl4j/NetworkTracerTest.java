package io.halfspace.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.LayerAnswer;
import io.halfspace.graph.NetworkCost;
import io.halfspace.graph.Thinning;
import io.halfspace.graph.TraceGraph;
import io.halfspace.graph.Vertex;
import java.util.List;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.constraint.UnitNormConstraint;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class NetworkTracerTest {
    @ParameterizedTest
    @CsvSource({"32, 10, 1297.83, 23.52", "224, 1000, 4089.18, 25.56"})
    void resNet50_costsWhatThePublishedTablesSay(int side, int classes, double flops, double parameters) {
        checkCost(ResNet50.create(side, classes), ResNet50.type(side), flops, parameters);
    }

    @ParameterizedTest
    @CsvSource({"resnet18, 555.42, 11.17", "vgg16-bn, 313.73, 15.25"})
    void builtinNetwork_costsWhatThePublishedTablesSay(String name, double flops, double parameters) {
        ComputationGraph network = BuiltinNetworks.create(name, new int[] {3, 32, 32}, 10, 1, new Sgd(0.1), 0);
        checkCost(network, InputType.convolutional(32, 32, 3), flops, parameters);
    }

    private static void checkCost(ComputationGraph network, InputType type, double flops, double parameters) {
        TraceGraph trace = NetworkTracer.trace(network, type);
        NetworkCost cost = new Thinning(trace, GroupPartition.of(trace)).cost();
        assertThat(Math.round(cost.flops() / 1e4) / 100.0).isEqualTo(flops);
        assertThat(Math.round(cost.parameters() / 1e4) / 100.0).isEqualTo(parameters);
        assertThat(cost.parameters() + cost.statistics()).isEqualTo(network.numParams());
    }

    @Test
    void preprocessor_isAVertexOfItsOwn() {
        Topology topology = Topologies.named("flatten then dense");
        TraceGraph trace = NetworkTracer.trace(topology.network(DataType.FLOAT), topology.types());
        assertThat(trace.vertices())
                .extracting(Vertex::name)
                .containsExactly("in0", "c1", "down", "d1/preprocessor", "d1", "out");
        assertThat(trace.vertex(3).layer()).isEqualTo("d1");
        assertThat(trace.vertex(3).channels()).isEqualTo(4 * 3 * 3);
    }

    @Test
    void inputTypes_areReadOffTheLayersThatTellThem() {
        for (String name : List.of("dense chain", "flat image", "lstm")) {
            Topology topology = Topologies.named(name);
            ComputationGraph network = topology.network(DataType.FLOAT);
            GroupPartition given = GroupPartition.of(NetworkTracer.trace(network, topology.types()));
            GroupPartition read = GroupPartition.of(NetworkTracer.trace(network));
            assertThat(read.count()).isEqualTo(given.count());
        }
    }

    @Test
    void missingInputType_isNamed() {
        ComputationGraph network = Topologies.named("convolution chain").network(DataType.FLOAT);
        assertThatThrownBy(() -> NetworkTracer.trace(network))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'in0'");
    }

    @Test
    void reasons_nameWhatStandsAgainst() {
        assertThat(reason("sigmoid in the middle", "d1")).contains("'d1'", "sigmoid does not map zero to zero");
        assertThat(reason("unknown layer in the middle", "c1"))
                .contains("it feeds 'lrn' (LocalResponseNormalization)", "it divides a channel by its neighbours");
        assertThat(reason("maps cut apart", "c1"))
                .contains("it feeds 'reshape' (ReshapeVertex): it cuts channels apart");
        assertThat(reason("frozen layer", "d2")).contains("it is frozen");
        assertThat(reason("locked batch-norm", "c1")).contains("'bn'", "gamma and beta are locked");
        assertThat(reason("raw input added", "d1")).contains("'in0'", "network input");
        assertThat(reason("dense chain", "out")).contains("network output");
        assertThat(reason("steps masked by another value", "r1")).contains("it feeds 'r2' (MaskZeroLayer)");
        assertThat(reason("steps masked by another value", "r2")).isEmpty();
        assertThat(reason("steps masked by zeros", "r1")).isEmpty();
        assertThat(reason("self-attention without projections", "attention")).contains("square root of the number");
        assertThat(reason("self-attention", "r1")).isEmpty();
        assertThat(reason("features folded into an image", "d1")).isEmpty();
        assertThat(reason("auto-encoder in the middle", "d1")).contains("it is trained to give back all channels");
    }

    @Test
    void whatBreaksZeros_isProtected() {
        assertThat(denseReason(d -> d.constrainAllParameters(new UnitNormConstraint(1))))
                .contains("UnitNormConstraint");
        assertThat(denseReason(d -> d.constrainAllParameters(new MaxNormConstraint(1, 1))))
                .isEmpty();
        assertThat(denseReason(d -> d.weightNoise(new DropConnect(0.5)))).isEmpty();
        assertThat(denseReason(d -> d.weightNoise(new DropConnect(0.5, true)))).contains("DropConnect");
        assertThat(denseReason(d -> d.hasLayerNorm(true))).contains("layer normalization");
        assertThat(denseReason(d -> d.activation(Activation.SOFTPLUS))).contains("softplus");
        assertThat(denseReason(d -> d.activation(new Squaring()))).contains("Squaring is not known to");
    }

    @Test
    void pNormPooling_isProtected() {
        assertThat(reason(
                        InputType.convolutional(6, 6, 2),
                        g -> g.addLayer(
                                        "d",
                                        new ConvolutionLayer.Builder(3, 3)
                                                .nOut(4)
                                                .build(),
                                        "in0")
                                .addLayer("pool", new GlobalPoolingLayer(PoolingType.PNORM), "d")
                                .addLayer("out", output(), "pool")
                                .setOutputs("out"),
                        "d"))
                .contains("NaN");
    }

    @Test
    void wrongInputType_makesLayersUnknown() {
        ComputationGraph network = Topologies.named("dense chain").network(DataType.FLOAT);
        TraceGraph trace = NetworkTracer.trace(network, InputType.feedForward(99));
        assertThat(trace.vertex(1).operation().protection())
                .hasValueSatisfying(r -> assertThat(r).contains("its rule explains"));
    }

    /** Behind a sigmoid a zero channel is one half: cutting it changes the output. */
    @Test
    void sigmoid_isProtectedForATrueReason() {
        Topology topology = Topologies.named("sigmoid in the middle");
        ComputationGraph network = topology.network(DataType.DOUBLE);
        INDArray[] probe = topology.probe(DataType.DOUBLE);
        network.getLayer("d1").getParam("W").getColumn(0).assign(0);
        network.getLayer("d1").getParam("b").putScalar(0, 0);
        INDArray zeroed = network.outputSingle(probe);
        network.getLayer("d2").getParam("W").getRow(0).assign(0);
        INDArray cut = network.outputSingle(probe);
        assertThat(zeroed.sub(cut).amaxNumber().doubleValue()).isGreaterThan(1e-3);
    }

    private static String denseReason(Consumer<DenseLayer.Builder> options) {
        DenseLayer.Builder dense = new DenseLayer.Builder().nOut(4);
        options.accept(dense);
        return reason(
                InputType.feedForward(4),
                g -> g.addLayer("d", dense.build(), "in0")
                        .addLayer("out", output(), "d")
                        .setOutputs("out"),
                "d");
    }

    private static OutputLayer output() {
        return new OutputLayer.Builder(LossFunction.MSE).nOut(3).build();
    }

    private static String reason(InputType input, Consumer<GraphBuilder> layers, String layer) {
        return reason(new Topology("", List.of(input), false, layers), layer);
    }

    private static String reason(String topology, String layer) {
        return reason(Topologies.named(topology), layer);
    }

    private static String reason(Topology topology, String layer) {
        TraceGraph trace = NetworkTracer.trace(topology.network(DataType.FLOAT), topology.types());
        return LayerAnswer.of(trace, GroupPartition.of(trace)).stream()
                .filter(answer -> answer.name().equals(layer))
                .findFirst()
                .orElseThrow()
                .reason();
    }
}
