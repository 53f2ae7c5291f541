package io.halfspace.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.halfspace.graph.ChannelSlices;
import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.GroupSet;
import io.halfspace.graph.NetworkCost;
import io.halfspace.graph.ParameterSlice;
import io.halfspace.graph.SegmentGraph;
import io.halfspace.graph.SliceTable;
import io.halfspace.graph.Thinning;
import io.halfspace.graph.TraceGraph;
import io.halfspace.graph.Vertex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/** What must hold of every network, on small ones of every shape. */
class TopologyTest {
    static final List<String> DEEPLEARNING4J_CANNOT_TRAIN = List.of(
            "parametric relu", "parametric relu, channels last", "joined volumes", "frozen layer", "frozen vertices");

    static List<Topology> topologies() {
        return Topologies.all();
    }

    @ParameterizedTest
    @MethodSource("topologies")
    void builtNetworkEqualsZeroed_half(Topology topology) {
        topology.precisions().forEach(type -> checkBuilt(topology, type, 0.5));
    }

    @ParameterizedTest
    @MethodSource("topologies")
    void builtNetworkEqualsZeroed_allButTheLastChannels(Topology topology) {
        topology.precisions().forEach(type -> checkBuilt(topology, type, 1));
    }

    @ParameterizedTest
    @MethodSource("topologies")
    void groups_makeTheirChannelsZero(Topology topology) {
        ComputationGraph network = topology.network(topology.precision());
        TraceGraph trace = NetworkTracer.trace(network, topology.types());
        GroupPartition partition = GroupPartition.of(trace);
        assertThat(partition.count() > 0).isEqualTo(topology.prunable());
        double[] parameters = parameters(network);
        for (int group = 0; group < partition.count(); group++) {
            boolean[] only = new boolean[partition.count()];
            only[group] = true;
            network.setParams(row(zeroed(parameters, partition, only), topology.precision()));
            Map<String, INDArray> activations = network.feedForward(topology.probe(topology.precision()), false);
            for (int v = 0; v < trace.size(); v++) {
                INDArray activation = activations.get(trace.vertex(v).name());
                for (int c = 0; c < trace.vertex(v).channels() && activation != null; c++) {
                    if (partition.group(v, c) == group) {
                        assertThat(channel(topology, activation, c).amaxNumber().doubleValue())
                                .as("%s, channel %d of %s", partition.name(group), c, trace.vertex(v))
                                .isZero();
                    }
                }
            }
        }
    }

    @Test
    void erasableSegments_giveExactZeros_whenTheirValuesAreZero() {
        Set<String> erased = new TreeSet<>();
        for (Topology topology : topologies()) {
            ComputationGraph network = topology.network(topology.precision());
            TraceGraph trace = NetworkTracer.trace(network, topology.types());
            double[] parameters = parameters(network);
            SegmentGraph graph = SegmentGraph.of(trace, GroupPartition.of(trace));
            for (SegmentGraph.Segment segment : graph.segments()) {
                if (!segment.erasable()) {
                    continue;
                }
                double[] zeroed = parameters.clone();
                segment.vertices().forEach(v -> trainable(trace.vertex(v)).forEach(p -> zeroed[p] = 0));
                network.setParams(row(zeroed, topology.precision()));
                Map<String, INDArray> activations = network.feedForward(topology.probe(topology.precision()), false);
                int last = segment.vertices().get(segment.vertices().size() - 1);
                assertThat(activations
                                .get(trace.vertex(last).name())
                                .amaxNumber()
                                .doubleValue())
                        .as("%s of %s", segment.name(), topology)
                        .isZero();
                erased.add(topology.name());
            }
        }
        assertThat(erased).hasSizeGreaterThan(5);
    }

    @ParameterizedTest
    @MethodSource("topologies")
    void slices_coverExactlyTheParametersOfTheirLayer(Topology topology) {
        ComputationGraph network = topology.network(DataType.DOUBLE);
        TraceGraph trace = NetworkTracer.trace(network, topology.types());
        assertThat(trace.parameterLength()).isEqualTo((int) network.params().length());
        network.params().assign(Nd4j.arange(network.params().length()).castTo(DataType.DOUBLE));
        for (GraphVertex own : network.getVertices()) {
            List<Vertex> parts = IntStream.range(0, trace.size())
                    .mapToObj(trace::vertex)
                    .filter(v -> v.layer().equals(own.getVertexName()))
                    .toList();
            boolean understood =
                    parts.stream().anyMatch(v -> !v.operation().slices().isEmpty());
            if (own.numParams() > 0 && understood) {
                assertThat(parts.stream()
                                .flatMap(part -> positions(trace, part).stream())
                                .distinct()
                                .sorted())
                        .as(own.getVertexName())
                        .containsExactly(viewedPositions(own));
            }
        }
    }

    /** Zeros must not make gradients infinite, in the zeroed network nor in the built one. */
    @ParameterizedTest
    @MethodSource("topologies")
    void zeroedAndBuiltNetwork_canBeTrained(Topology topology) {
        ComputationGraph network = topology.network(DataType.FLOAT);
        assumeThat(DEEPLEARNING4J_CANNOT_TRAIN).doesNotContain(topology.name());
        TraceGraph trace = NetworkTracer.trace(network, topology.types());
        GroupPartition partition = GroupPartition.of(trace);
        boolean[] leaving = choose(partition, new Thinning(trace, partition), 0.5, 3);
        network.setParams(row(zeroed(parameters(network), partition, leaving), DataType.FLOAT));
        ComputationGraph built = SubnetworkBuilder.build(network, trace, partition, leaving);
        for (ComputationGraph trained : List.of(network, built)) {
            INDArray before = trained.params().dup();
            train(topology, trained);
            assertThat(trained.params()).isNotEqualTo(before);
            assertThat(trained.params().sumNumber().doubleValue()).isFinite();
        }
    }

    @ParameterizedTest
    @MethodSource("untrainable")
    void wholeNetwork_cannotBeTrainedEither(Topology topology) {
        assertThatThrownBy(() -> train(topology, topology.network(DataType.FLOAT)))
                .isInstanceOf(RuntimeException.class);
    }

    static List<Topology> untrainable() {
        return DEEPLEARNING4J_CANNOT_TRAIN.stream().map(Topologies::named).toList();
    }

    private static void train(Topology topology, ComputationGraph network) {
        INDArray[] labels = Arrays.stream(network.output(false, topology.probe(DataType.FLOAT)))
                .map(output -> Nd4j.rand(DataType.FLOAT, output.shape()))
                .toArray(INDArray[]::new);
        network.fit(new MultiDataSet(topology.probe(DataType.FLOAT), labels));
    }

    private static void checkBuilt(Topology topology, DataType type, double share) {
        ComputationGraph network = topology.network(type);
        TraceGraph trace = NetworkTracer.trace(network, topology.types());
        GroupPartition partition = GroupPartition.of(trace);
        Thinning thinning = new Thinning(trace, partition);
        boolean[] leaving = choose(partition, thinning, share, 3);
        network.setParams(row(zeroed(parameters(network), partition, leaving), type));
        INDArray before = network.params().dup();
        String configuration = network.getConfiguration().toJson();

        ComputationGraph built = SubnetworkBuilder.build(network, trace, partition, leaving);

        assertThat(network.params()).isEqualTo(before);
        assertThat(network.getConfiguration().toJson()).isEqualTo(configuration);
        INDArray[] probe = topology.probe(type);
        EquivalenceCheck check = EquivalenceCheck.compare(network, built, probe);
        assertThat(check.passed()).as("%s", check).isTrue();
        assertThat(share == 1 || tellsExamplesApart(network, probe))
                .as("it is alive")
                .isTrue();
        NetworkCost cost = thinning.cost();
        assertThat(built.params().length()).isEqualTo(cost.parameters() + cost.statistics());
        NetworkCost full = new Thinning(trace, partition).cost();
        assertThat(cost.activations() < full.activations()).isEqualTo(topology.prunable());
        assertThat(built.params().length() < network.params().length()).isEqualTo(topology.prunable());
        TraceGraph again = NetworkTracer.trace(built, topology.types());
        assertThat(new Thinning(again, GroupPartition.of(again)).cost()).isEqualTo(cost);
    }

    /** Else two dead networks would be found equal. */
    static boolean tellsExamplesApart(ComputationGraph network, INDArray[] probe) {
        INDArray output = network.output(false, probe)[0];
        double difference =
                output.slice(0, 0).sub(output.slice(1, 0)).amaxNumber().doubleValue();
        return difference > 1e-3 * output.amaxNumber().doubleValue();
    }

    static boolean[] choose(GroupPartition partition, Thinning thinning, double share, long seed) {
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, partition.count()).boxed().toList());
        Collections.shuffle(order, new Random(seed));
        boolean[] leaving = new boolean[partition.count()];
        for (int group : order.subList(0, (int) Math.ceil(share * order.size()))) {
            if (thinning.canRemove(group)) {
                thinning.remove(group);
                leaving[group] = true;
            }
        }
        return leaving;
    }

    static double[] parameters(ComputationGraph network) {
        return network.params()
                .castTo(DataType.DOUBLE)
                .reshape(network.params().length())
                .toDoubleVector();
    }

    static INDArray row(double[] values, DataType type) {
        return Nd4j.createFromArray(values).castTo(type).reshape(1, values.length);
    }

    static double[] zeroed(double[] parameters, GroupSet partition, boolean[] leaving) {
        double[] zeroed = parameters.clone();
        SliceTable table = partition.trainable();
        for (int group = 0; group < partition.count(); group++) {
            for (int i = table.start(group); leaving[group] && i < table.start(group + 1); i++) {
                for (int run = 0; run < table.runs(i); run++) {
                    int from = table.offset(i) + run * table.stride(i);
                    Arrays.fill(zeroed, from, from + table.length(i), 0);
                }
            }
        }
        return zeroed;
    }

    private static INDArray channel(Topology topology, INDArray activation, int channel) {
        boolean last = topology.name().endsWith("channels last") && activation.rank() == 4;
        return activation.slice(channel, last ? 3 : 1).dup();
    }

    private static Integer[] viewedPositions(GraphVertex vertex) {
        return vertex.paramTable(false).values().stream()
                .flatMapToInt(
                        view -> Arrays.stream(view.dup().reshape(view.length()).toIntVector()))
                .boxed()
                .sorted()
                .toArray(Integer[]::new);
    }

    private static List<Integer> positions(TraceGraph trace, Vertex vertex) {
        return vertex.operation().slices().stream()
                .flatMap(slices -> IntStream.range(0, counted(trace, vertex, slices))
                        .mapToObj(slices::of)
                        .flatMap(TopologyTest::positions))
                .distinct()
                .sorted()
                .toList();
    }

    private static int counted(TraceGraph trace, Vertex vertex, ChannelSlices slices) {
        return slices.role() == ChannelSlices.Role.CONSUMER
                ? trace.vertex(vertex.inputs().get(slices.input())).channels()
                : vertex.channels();
    }

    private static Stream<Integer> trainable(Vertex vertex) {
        return vertex.operation().slices().stream()
                .filter(slices -> slices.role() == ChannelSlices.Role.TRAINABLE)
                .flatMap(slices -> IntStream.range(0, vertex.channels()).mapToObj(slices::of))
                .flatMap(TopologyTest::positions);
    }

    private static Stream<Integer> positions(ParameterSlice slice) {
        return IntStream.range(0, slice.runs())
                .flatMap(run -> IntStream.range(0, slice.length()).map(i -> slice.offset() + run * slice.stride() + i))
                .boxed();
    }
}
