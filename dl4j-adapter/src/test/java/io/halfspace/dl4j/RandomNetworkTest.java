package io.halfspace.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.Thinning;
import io.halfspace.graph.TraceGraph;
import io.halfspace.graph.Vertex;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Whatever is cut out of whatever network, the built one computes what the zeroed one does and costs what was said. */
class RandomNetworkTest {
    /** What a run of seeds came across; a test that meets nothing alive proves nothing. */
    private static final class Tally {
        private final Map<String, Integer> types = new TreeMap<>();
        private int cut;
        private int alive;
        private int finite;

        private void judge(String what, int seeds, int leastTypes) {
            System.out.printf(
                    "%d %s (seeds from 0 on): %d finite, %d tell examples apart, %d lose channels, of %s%n",
                    seeds, what, finite, alive, cut, types);
            assertThat(finite).isEqualTo(seeds);
            assertThat(alive).isGreaterThan(seeds * 2 / 3);
            assertThat(cut).isGreaterThan(seeds * 2 / 3);
            assertThat(types)
                    .hasSizeGreaterThan(leastTypes)
                    .allSatisfy((type, times) -> assertThat(times).as(type).isGreaterThan(4));
        }
    }

    @Test
    void builtNetworkEqualsZeroed() {
        int seeds = 170;
        Tally tally = new Tally();
        LongStream.range(0, seeds).forEach(seed -> check(RandomNetworks.of(seed), seed, tally));
        tally.judge("random networks", seeds, 27);
    }

    @Test
    void builtNetworkEqualsZeroed_overSeries() {
        int seeds = 150;
        Tally tally = new Tally();
        LongStream.range(0, seeds).forEach(seed -> check(RandomSeries.of(seed), seed, tally));
        tally.judge("random networks over series", seeds, 17);
    }

    @Test
    @Tag("slow")
    void builtNetworkEqualsZeroed_forManyMore() {
        Tally tally = new Tally();
        LongStream.range(1000, 3000).forEach(seed -> check(RandomNetworks.of(seed), seed, tally));
        LongStream.range(1000, 2000).forEach(seed -> check(RandomSeries.of(seed), seed, tally));
    }

    private static void check(Topology topology, long seed, Tally tally) {
        double share = 0.25 * (1 + seed % 4);
        try {
            check(topology, DataType.FLOAT, share, seed, tally);
            check(topology, DataType.DOUBLE, share, seed, tally);
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("seed %d, share %s: %s".formatted(seed, share, describe(topology)), e);
        }
    }

    private static void check(Topology topology, DataType type, double share, long seed, Tally tally) {
        ComputationGraph network = topology.network(type);
        TraceGraph trace = NetworkTracer.trace(network, topology.types());
        GroupPartition partition = GroupPartition.of(trace);
        Thinning thinning = new Thinning(trace, partition);
        boolean[] leaving = TopologyTest.choose(partition, thinning, share, seed);
        network.setParams(
                TopologyTest.row(TopologyTest.zeroed(TopologyTest.parameters(network), partition, leaving), type));

        ComputationGraph built = SubnetworkBuilder.build(network, trace, partition, leaving);

        INDArray[] probe = topology.probe(type);
        EquivalenceCheck check = EquivalenceCheck.compare(network, built, probe);
        assertThat(check.passed()).as("%s", check).isTrue();
        assertThat(built.params().length())
                .isEqualTo(thinning.cost().parameters() + thinning.cost().statistics());
        TraceGraph again = NetworkTracer.trace(built, topology.types());
        assertThat(new Thinning(again, GroupPartition.of(again)).cost()).isEqualTo(thinning.cost());
        if (type == DataType.FLOAT) {
            for (Vertex vertex : trace.vertices()) {
                tally.types.merge(vertex.type(), 1, Integer::sum);
            }
            tally.finite++;
            tally.alive += TopologyTest.tellsExamplesApart(network, probe) ? 1 : 0;
            tally.cut += built.params().length() < network.params().length() ? 1 : 0;
        }
    }

    private static String describe(Topology topology) {
        try {
            TraceGraph trace = NetworkTracer.trace(topology.network(DataType.FLOAT), topology.types());
            return trace.vertices().stream()
                    .map(vertex -> vertex.name() + vertex.inputs())
                    .collect(Collectors.joining(" "));
        } catch (RuntimeException e) {
            return "Deeplearning4j cannot build it";
        }
    }
}
