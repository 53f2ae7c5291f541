package io.halfspace.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfspace.graph.ErasableSegments;
import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.NetworkCost;
import io.halfspace.graph.Remainder;
import io.halfspace.graph.Removal;
import io.halfspace.graph.TraceGraph;
import io.halfspace.graph.ZeroGroups;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Whatever segments leave whatever network, the built one computes what the zeroed one does and costs what was said. */
class ErasedNetworkTest {
    /** What a run of seeds came across; a test that meets nothing alive proves nothing. */
    private static final class Tally {
        private int networks;
        private int alive;
        private int removed;
        private int refused;
        private int joints;
        private int deadCode;
        private int unusedInputs;
    }

    @Test
    void randomSuperNetworks() {
        Tally tally = new Tally();
        LongStream.range(0, 60).forEach(seed -> check(RandomSuperNetworks.of(seed), seed, tally));
        System.out.printf(
                "%d random super-networks: %d tell examples apart; %d segments removed, %d refused; gone with them:"
                        + " %d joints, %d times dead code, %d inputs' use%n",
                tally.networks,
                tally.alive,
                tally.removed,
                tally.refused,
                tally.joints,
                tally.deadCode,
                tally.unusedInputs);
        assertThat(tally.alive).isGreaterThan(tally.networks / 2);
        assertThat(tally.removed).isGreaterThan(2 * tally.networks);
        assertThat(tally.refused).isGreaterThan(tally.networks / 2);
        assertThat(tally.joints).isGreaterThan(tally.networks);
        assertThat(tally.deadCode).isGreaterThan(20);
    }

    @Test
    @Tag("slow")
    void randomSuperNetworks_manyMore() {
        Tally tally = new Tally();
        LongStream.range(1000, 2000).forEach(seed -> check(RandomSuperNetworks.of(seed), seed, tally));
    }

    @Test
    void everyTopology() {
        Tally tally = new Tally();
        for (Topology topology : Topologies.all()) {
            check(topology, 3, tally);
        }
        assertThat(tally.networks).isGreaterThan(5);
    }

    private static void check(Topology topology, long seed, Tally tally) {
        try {
            check(topology, DataType.FLOAT, seed, tally);
            check(topology, DataType.DOUBLE, seed, tally);
        } catch (RuntimeException | AssertionError | IOException e) {
            throw new AssertionError("%s, seed %d: %s".formatted(topology, seed, describe(topology)), e);
        }
    }

    private static void check(Topology topology, DataType type, long seed, Tally tally) throws IOException {
        ComputationGraph network = topology.network(type);
        TraceGraph trace = NetworkTracer.trace(network, topology.types());
        ErasableSegments segments = ErasableSegments.of(trace, GroupPartition.of(trace));
        if (segments.count() == 0) {
            return;
        }
        boolean[] leaving = new boolean[segments.count()];
        NetworkCost cost = remove(segments, leaving, seed, type == DataType.FLOAT ? tally : new Tally());
        network.setParams(
                TopologyTest.row(TopologyTest.zeroed(TopologyTest.parameters(network), segments, leaving), type));
        assertThat(ZeroGroups.in(segments, FlatParameters.of(network))).isEqualTo(leaving);
        INDArray before = network.params().dup();
        String configuration = network.getConfiguration().toJson();

        Remainder remainder = segments.without(leaving);
        ComputationGraph built = SubnetworkBuilder.build(network, trace, remainder);

        INDArray[] probe = topology.probe(type);
        EquivalenceCheck check = EquivalenceCheck.compare(network, built, probe);
        assertThat(check.passed()).as("%s", check).isTrue();
        assertThat(network.params()).isEqualTo(before);
        assertThat(network.getConfiguration().toJson()).isEqualTo(configuration);
        assertThat(built.numParams()).isEqualTo(cost.parameters() + cost.statistics());
        TraceGraph again = NetworkTracer.trace(built, topology.types());
        assertThat(GroupPartition.of(again).removal().cost()).isEqualTo(cost);
        assertPaths(built.getConfiguration(), network.getConfiguration());
        assertReadable(built, probe);
        if (!TopologyTest.DEEPLEARNING4J_CANNOT_TRAIN.contains(topology.name())) {
            assertTrainable(built, topology.probe(type));
        }
        if (type == DataType.FLOAT) {
            tally.networks++;
            tally.alive += TopologyTest.tellsExamplesApart(network, probe) ? 1 : 0;
            tally.unusedInputs += remainder.unusedInputs().size();
            tally.joints += (int) IntStream.range(0, trace.size())
                    .filter(v -> trace.vertex(v).inputs().size() > 1 && !remainder.stays(v))
                    .count();
        }
    }

    /** Takes a random share of the segments out, in random order. */
    private static NetworkCost remove(ErasableSegments segments, boolean[] leaving, long seed, Tally tally) {
        Random random = new Random(seed);
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, segments.count()).boxed().toList());
        Collections.shuffle(order, random);
        int tries = 1 + random.nextInt(order.size());
        Removal removal = segments.removal();
        for (int s : random.nextBoolean() ? order : order.subList(0, tries)) {
            if (removal.canRemove(s)) {
                removal.remove(s);
                leaving[s] = true;
                tally.removed++;
                tally.deadCode += removal.refusalsMayHaveEnded() ? 1 : 0;
            } else {
                tally.refused++;
            }
        }
        return removal.cost();
    }

    private static void assertPaths(ComputationGraphConfiguration built, ComputationGraphConfiguration original) {
        assertThat(built.getNetworkInputs()).isEqualTo(original.getNetworkInputs());
        assertThat(built.getNetworkOutputs()).isEqualTo(original.getNetworkOutputs());
        Set<String> reached = new HashSet<>(built.getNetworkInputs());
        Set<String> read = new HashSet<>(built.getNetworkOutputs());
        for (String name : built.getTopologicalOrderStr()) {
            List<String> inputs = built.getVertexInputs().getOrDefault(name, List.of());
            assertThat(reached).containsAll(inputs);
            reached.add(name);
            read.addAll(inputs);
        }
        assertThat(reached).containsAll(built.getNetworkOutputs());
        assertThat(read).as("no dead code").containsAll(built.getVertices().keySet());
        assertThat(built.getVertexInputs().keySet())
                .isEqualTo(built.getVertices().keySet());
    }

    /** The built network survives a file, its parameters in the same places. */
    private static void assertReadable(ComputationGraph built, INDArray[] probe) throws IOException {
        ComputationGraphConfiguration read =
                ComputationGraphConfiguration.fromJson(built.getConfiguration().toJson());
        ComputationGraph again = new ComputationGraph(read);
        again.init(built.params().dup(), false);
        assertThat(EquivalenceCheck.compare(built, again, probe).maxAbsoluteDifference())
                .isZero();
        ModelFile.write(built, new ByteArrayOutputStream(), false, Map.of());
    }

    private static void assertTrainable(ComputationGraph built, INDArray[] probe) {
        INDArray[] labels = Arrays.stream(built.output(false, probe))
                .map(output -> Nd4j.rand(output.dataType(), output.shape()))
                .toArray(INDArray[]::new);
        INDArray before = built.params().dup();
        built.fit(new MultiDataSet(probe, labels));
        assertThat(built.params().equalsWithEps(before, 0)).isFalse();
        assertThat(Double.isFinite(built.params().sumNumber().doubleValue())).isTrue();
    }

    private static String describe(Topology topology) {
        TraceGraph trace = NetworkTracer.trace(topology.network(DataType.FLOAT), topology.types());
        return trace.vertices().stream()
                .map(vertex -> vertex.name() + vertex.inputs())
                .collect(Collectors.joining(" "));
    }
}
