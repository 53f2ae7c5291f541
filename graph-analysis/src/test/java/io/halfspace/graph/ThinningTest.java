package io.halfspace.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The price and the positions of what is left, against counting from scratch, for random networks and removals. */
final class ThinningTest {
    static IntStream seeds() {
        return IntStream.range(0, 60);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatIsLeft_isWhatCountingFromScratchSays(int seed) {
        GraphBuilder net = new GraphBuilder();
        TraceGraph graph = RandomGraphs.next(net, seed);
        GroupPartition groups = GroupPartition.of(graph);
        Thinning thinning = new Thinning(graph, groups);
        boolean[] leaving = new boolean[groups.count()];
        Random random = new Random(seed);
        for (int i = 0; i < groups.count(); i++) {
            int group = random.nextInt(groups.count());
            if (thinning.canRemove(group)) {
                thinning.remove(group);
                leaving[group] = true;
            }
        }
        Remainder remainder = Remainder.of(graph, groups, leaving);
        int[] kept = keptPositions(net, groups, leaving);

        assertThat(remainder.length()).isEqualTo(kept.length);
        assertThat(remainder.gather(count(graph.parameterLength())))
                .isEqualTo(Arrays.stream(kept).asDoubleStream().toArray());
        assertThat(thinning.cost()).isEqualTo(priced(graph, remainder));
        assertThat(thinning.cost().parameters() + thinning.cost().statistics()).isEqualTo(kept.length);
        for (int v = 0; v < graph.size(); v++) {
            assertThat(thinning.live(v)).isEqualTo(remainder.channels(v).length).isPositive();
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void leastChannels_areKept(int seed) {
        TraceGraph drawn = RandomGraphs.next(new GraphBuilder(), seed);
        TraceGraph graph = new TraceGraph(
                drawn.vertices().stream()
                        .map(v -> new Vertex(
                                v.name(),
                                v.layer(),
                                v.type(),
                                v.inputs(),
                                v.operation().withLeastChannels(3)))
                        .toList(),
                drawn.outputs(),
                drawn.parameterLength());
        GroupPartition groups = GroupPartition.of(graph);
        Thinning thinning = new Thinning(graph, groups);
        IntStream.range(0, groups.count()).filter(thinning::canRemove).forEach(thinning::remove);
        for (int v = 0; v < graph.size(); v++) {
            assertThat(thinning.live(v))
                    .isGreaterThanOrEqualTo(Math.min(3, graph.vertex(v).channels()));
        }
    }

    @Test
    void lastChannel_cannotLeave() {
        GraphBuilder net = new GraphBuilder();
        int a = net.dense("a", net.input("in", 3), 2);
        TraceGraph graph = net.build(net.dense("out", a, 1));
        GroupPartition groups = GroupPartition.of(graph);
        Thinning thinning = new Thinning(graph, groups);
        thinning.remove(0);

        assertThat(thinning.canRemove(0)).isFalse();
        assertThat(thinning.canRemove(1)).isFalse();
        assertThatThrownBy(() -> thinning.remove(1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Remainder.of(graph, groups, new boolean[] {true, true}))
                .hasMessage("Cannot build the sub-network: all 2 channels of 'a' would leave");
    }

    @Test
    void leastInputs_areKeptForTheOperationThatNeedsThem() {
        GraphBuilder net = new GraphBuilder();
        int in = net.input("in", 3);
        int a = net.dense("a", in, 5);
        int one = net.dense("one", in, 1);
        int b = net.needing(4, net.dense("b", net.concat("cat", a, one), 3));
        TraceGraph graph = net.build(net.dense("out", b, 1));
        GroupPartition groups = GroupPartition.of(graph);
        Thinning thinning = new Thinning(graph, groups);
        IntStream.range(0, groups.count()).filter(thinning::canRemove).forEach(thinning::remove);

        assertThat(thinning.live(a)).isEqualTo(3);
        assertThat(thinning.live(one)).isEqualTo(1);
        assertThat(thinning.live(b - 1)).isEqualTo(4);
        assertThat(thinning.live(b)).isEqualTo(1);
        assertThatThrownBy(() -> graph.vertex(a).operation().withLeastInputs(0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static int[] keptPositions(GraphBuilder net, GroupPartition groups, boolean[] leaving) {
        List<GraphBuilder.Position> positions = net.positions();
        return IntStream.range(0, positions.size())
                .filter(p -> Arrays.stream(positions.get(p).owners()).noneMatch(owner -> {
                    int group = groups.group(owner[0], owner[1]);
                    return group >= 0 && leaving[group];
                }))
                .toArray();
    }

    private static NetworkCost priced(TraceGraph graph, Remainder remainder) {
        long parameters = 0;
        long statistics = 0;
        long flops = 0;
        long activations = 0;
        for (int v = 0; v < graph.size(); v++) {
            Cost cost = graph.vertex(v).operation().cost();
            int out = remainder.channels(v).length;
            int in = graph.vertex(v).inputs().stream()
                    .mapToInt(i -> remainder.channels(i).length)
                    .sum();
            parameters += cost.parameters().at(in, out);
            statistics += cost.statistics().at(in, out);
            flops += cost.flops().at(in, out);
            activations += cost.positions() * out;
        }
        return new NetworkCost(parameters, statistics, flops, activations);
    }

    private static double[] count(int length) {
        return IntStream.range(0, length).asDoubleStream().toArray();
    }
}
