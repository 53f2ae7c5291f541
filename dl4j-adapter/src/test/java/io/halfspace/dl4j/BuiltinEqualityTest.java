package io.halfspace.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.Thinning;
import io.halfspace.graph.TraceGraph;
import io.halfspace.graph.ZeroGroups;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** Every built-in network, cut along random groups, computes what the zeroed one computes. */
final class BuiltinEqualityTest {
    private static final int EXAMPLES = 4;

    static Stream<Arguments> networks() {
        return BuiltinNetworks.names().stream()
                .map(BuiltinNetworksTest::small)
                .flatMap(name -> Stream.of(DataType.FLOAT, DataType.DOUBLE).map(type -> Arguments.of(name, type)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("networks")
    void builtEqualsZeroed(String name, DataType type) {
        int[] shape = BuiltinNetworks.usualInput(name).orElseThrow();
        ComputationGraph network = network(name, shape, type);
        TraceGraph trace = NetworkTracer.trace(network, NetworkShape.inputType(shape));
        GroupPartition groups = GroupPartition.of(trace);
        Thinning thinning = new Thinning(trace, groups);
        float[] parameters = FlatParameters.of(network);
        Random random = new Random(2);
        for (int group = 0; group < groups.count(); group++) {
            if (random.nextBoolean() && thinning.canRemove(group)) {
                thinning.remove(group);
                groups.trainable().clear(group, parameters);
            }
        }
        FlatParameters.set(network, parameters);

        ComputationGraph built = SubnetworkBuilder.build(network, trace, groups, ZeroGroups.in(groups, parameters));

        INDArray probe = Nd4j.randn(type, EXAMPLES, shape[0], shape[1], shape[2]);
        EquivalenceCheck check = EquivalenceCheck.compare(network, built, probe);
        assertThat(check.passed()).as("%s", check).isTrue();
        assertThat(check.tolerance()).isEqualTo(type == DataType.FLOAT ? 1e-5 : 1e-10);
        assertThat(network.outputSingle(false, probe).maxNumber().doubleValue())
                .as("a saturated output would hide a difference")
                .isLessThan(0.999);
        assertThat(built.numParams())
                .isEqualTo(thinning.cost().parameters() + thinning.cost().statistics())
                .isLessThan(network.numParams() * 2 / 3);
    }

    /** Random initial weights; biases and batch norm drawn around what they are after some training. */
    private static ComputationGraph network(String name, int[] shape, DataType type) {
        ComputationGraph network = BuiltinNetworks.create(name, shape, 10, 3, new Sgd(0.1), 0);
        Random random = new Random(4);
        for (GraphVertex vertex : network.getVertices()) {
            if (vertex.numParams() == 0) {
                continue;
            }
            for (Map.Entry<String, INDArray> entry : vertex.paramTable(false).entrySet()) {
                if (vertex.getVertexName().equals("output")) {
                    // Sums of many branches grow large: kept from saturating the softmax.
                    entry.getValue().muli(0.03);
                }
                if (List.of("W", "pW").contains(entry.getKey())) {
                    continue;
                }
                boolean positive = List.of("gamma", "var").contains(entry.getKey());
                double[] drawn = new double[(int) entry.getValue().length()];
                Arrays.setAll(drawn, i -> positive ? 0.5 + random.nextDouble() : 0.2 * random.nextGaussian());
                entry.getValue()
                        .assign(Nd4j.createFromArray(drawn)
                                .castTo(DataType.FLOAT)
                                .reshape(entry.getValue().shape()));
            }
        }
        return type == DataType.FLOAT ? network : network.convertDataType(type);
    }
}
