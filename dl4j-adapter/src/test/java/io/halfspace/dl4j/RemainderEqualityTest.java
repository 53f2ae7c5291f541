package io.halfspace.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.Thinning;
import io.halfspace.graph.TraceGraph;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What remains computes the same whatever leaves: one layer's channels, a random choice, and over series of any length. */
class RemainderEqualityTest {
    /** Deeplearning4j's layer remembers how many steps there were. */
    private static final Set<String> OF_ONE_LENGTH = Set.of("recurrent attention", "recurrent attention without bias");

    /** Deeplearning4j itself cannot run these with masks. */
    private static final Set<String> WITHOUT_MASKS =
            Set.of("series one after the other", "convolution over time", "other names of layers over time");

    /** A network with groups, and what it computes when some of them are zero. */
    private record Case(Topology topology, ComputationGraph network, TraceGraph trace, GroupPartition partition) {
        static Case of(Topology topology) {
            ComputationGraph network = topology.network(topology.precision());
            TraceGraph trace = NetworkTracer.trace(network, topology.types());
            return new Case(topology, network, trace, GroupPartition.of(trace));
        }

        /** Zeroes what leaves, and builds what stays. */
        ComputationGraph without(boolean[] leaving, double[] parameters) {
            double[] zeroed = TopologyTest.zeroed(parameters, partition, leaving);
            network.setParams(TopologyTest.row(zeroed, topology.precision()));
            return SubnetworkBuilder.build(network, trace, partition, leaving);
        }
    }

    static List<Topology> topologies() {
        return Topologies.all().stream().filter(Topology::prunable).toList();
    }

    static Stream<Topology> series() {
        return topologies().stream()
                .filter(topology -> topology.inputs().stream()
                        .allMatch(input -> input.getType() == InputType.Type.RNN
                                && ((InputType.InputTypeRecurrent) input).getTimeSeriesLength() == 7))
                .filter(topology -> !topology.name().startsWith("embedding"));
    }

    @ParameterizedTest
    @MethodSource("topologies")
    void allButOneChannelOfALayer(Topology topology) {
        Case tested = Case.of(topology);
        double[] parameters = TopologyTest.parameters(tested.network());
        GroupPartition partition = tested.partition();
        for (int v = 0; v < tested.trace().size(); v++) {
            int vertex = v;
            int[] own = IntStream.range(0, tested.trace().vertex(v).channels())
                    .map(c -> partition.group(vertex, c))
                    .filter(group -> group >= 0)
                    .distinct()
                    .toArray();
            if (own.length == 0 || partition.leaderVertex(own[0]) != v) {
                continue;
            }
            Thinning thinning = new Thinning(tested.trace(), partition);
            boolean[] leaving = new boolean[partition.count()];
            for (int group : own) {
                if (thinning.canRemove(group)) {
                    thinning.remove(group);
                    leaving[group] = true;
                }
            }
            ComputationGraph built = tested.without(leaving, parameters);
            EquivalenceCheck check =
                    EquivalenceCheck.compare(tested.network(), built, topology.probe(topology.precision()));
            assertThat(check.passed())
                    .as(
                            "%s, but one channel of %s: %s",
                            topology, tested.trace().vertex(v).name(), check)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("topologies")
    void randomChoice(Topology topology) {
        LongStream.range(0, 2).forEach(seed -> checkRandom(topology, seed));
    }

    @ParameterizedTest
    @MethodSource("topologies")
    @Tag("slow")
    void manyRandomChoices(Topology topology) {
        LongStream.range(2, 40).forEach(seed -> checkRandom(topology, seed));
    }

    private static void checkRandom(Topology topology, long seed) {
        Case tested = Case.of(topology);
        double share = new Random(seed).nextDouble();
        boolean[] leaving =
                TopologyTest.choose(tested.partition(), new Thinning(tested.trace(), tested.partition()), share, seed);
        ComputationGraph built = tested.without(leaving, TopologyTest.parameters(tested.network()));
        EquivalenceCheck check =
                EquivalenceCheck.compare(tested.network(), built, topology.probe(topology.precision()));
        assertThat(check.passed())
                .as("%s, seed %d, share %s: %s", topology, seed, share, check)
                .isTrue();
    }

    @Test
    void maskedSteps() {
        List<String> changed = new ArrayList<>();
        for (Topology topology : series().toList()) {
            Case tested = Case.of(topology);
            boolean[] leaving =
                    TopologyTest.choose(tested.partition(), new Thinning(tested.trace(), tested.partition()), 0.5, 4);
            ComputationGraph built = tested.without(leaving, TopologyTest.parameters(tested.network()));
            INDArray[] probe = topology.probe(topology.precision());
            INDArray[] masks =
                    Arrays.stream(probe).map(i -> mask(topology.precision())).toArray(INDArray[]::new);
            if (WITHOUT_MASKS.contains(topology.name())) {
                assertThatThrownBy(() -> masked(tested.network(), probe, masks)).isInstanceOf(RuntimeException.class);
                continue;
            }
            INDArray expected = masked(tested.network(), probe, masks);
            assertThat(difference(expected, masked(built, probe, masks)))
                    .as(topology.name())
                    .isCloseTo(
                            0,
                            within(tolerance(topology) * expected.amaxNumber().doubleValue()));
            if (difference(expected, tested.network().output(false, probe)[0]) > 0) {
                changed.add(topology.name());
            }
        }
        System.out.println("masks change what these compute: " + changed);
        assertThat(changed).hasSizeGreaterThan(12);
    }

    @ParameterizedTest
    @MethodSource("series")
    void seriesOfAnotherLength(Topology topology) {
        DataType type = topology.precision();
        Case tested = Case.of(topology);
        boolean[] leaving =
                TopologyTest.choose(tested.partition(), new Thinning(tested.trace(), tested.partition()), 0.5, 5);
        ComputationGraph built = tested.without(leaving, TopologyTest.parameters(tested.network()));
        INDArray[] probe = topology.inputs().stream()
                .map(input -> Nd4j.randn(type, 2, input.getShape(false)[0], 11))
                .toArray(INDArray[]::new);
        if (OF_ONE_LENGTH.contains(topology.name())) {
            tested.network().output(false, topology.probe(type));
            assertThatThrownBy(() -> tested.network().output(false, probe)).isInstanceOf(RuntimeException.class);
            return;
        }
        EquivalenceCheck check = EquivalenceCheck.compare(tested.network(), built, probe);
        assertThat(check.passed()).as("%s", check).isTrue();
    }

    private static double tolerance(Topology topology) {
        return topology.precision() == DataType.DOUBLE ? 1e-10 : 1e-5;
    }

    private static INDArray masked(ComputationGraph network, INDArray[] probe, INDArray[] masks) {
        INDArray[] copies = Arrays.stream(probe).map(INDArray::dup).toArray(INDArray[]::new);
        INDArray output = network.output(false, copies, masks)[0];
        network.clearLayerMaskArrays();
        return output;
    }

    /** One row an example, some of whose steps are not there: at the end, in the middle, at the beginning. */
    private static INDArray mask(DataType type) {
        double[][] steps = {{1, 1, 1, 1, 0, 0, 0}, {1, 1, 0, 0, 1, 1, 1}, {0, 1, 1, 1, 1, 1, 1}};
        return Nd4j.createFromArray(steps).castTo(type);
    }

    private static double difference(INDArray a, INDArray b) {
        return a.sub(b).amaxNumber().doubleValue();
    }
}
