package io.halfspace.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What one group or one segment saves, against counting from scratch what is left, for random networks. */
final class CostTableTest {
    static IntStream seeds() {
        return IntStream.range(0, 80);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void oneGroup_savesWhatIsNotLeft(int seed) {
        GraphBuilder net = new GraphBuilder();
        TraceGraph graph = RandomGraphs.next(net, seed);
        GroupPartition groups = GroupPartition.of(graph);
        CostTable costs = CostTable.of(graph, groups);

        assertThat(costs.total()).isEqualTo(new Thinning(graph, groups).cost());
        for (int group = 0; group < groups.count(); group++) {
            Thinning thinning = new Thinning(graph, groups);
            NetworkCost saving = costs.groupSaving(group);
            if (thinning.canRemove(group)) {
                thinning.remove(group);
                assertThat(saving)
                        .as(groups.name(group))
                        .isEqualTo(costs.total().minus(thinning.cost()));
            }
            assertThat(saving.parameters() + saving.statistics()).isEqualTo(positionsOf(net, groups, group));
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void groupsOfAFamily_saveTheSame(int seed) {
        TraceGraph graph = RandomGraphs.next(new GraphBuilder(), seed);
        GroupPartition groups = GroupPartition.of(graph);
        GroupFamilies families = GroupFamilies.of(groups);
        CostTable costs = CostTable.of(graph, groups);

        Set<List<Integer>> places = new HashSet<>();
        for (int group = 0; group < groups.count(); group++) {
            int first = families.first(families.family(group));
            assertThat(first).isLessThanOrEqualTo(group);
            assertThat(costs.groupSaving(group)).isEqualTo(costs.groupSaving(first));
            places.add(place(graph, groups, group));
            assertThat(place(graph, groups, first)).isEqualTo(place(graph, groups, group));
        }
        assertThat(families.count()).isEqualTo(places.size());
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void oneSegment_savesWhatIsNotLeft(int seed) {
        GraphBuilder net = new GraphBuilder();
        TraceGraph graph = RandomBranches.next(net, seed);
        GroupPartition groups = GroupPartition.of(graph);
        CostTable costs = CostTable.of(graph, groups);
        List<SegmentGraph.Segment> erasable = SegmentGraph.of(graph, groups).segments().stream()
                .filter(SegmentGraph.Segment::erasable)
                .toList();

        assertThat(erasable).isNotEmpty();
        for (SegmentGraph.Segment segment : erasable) {
            Left left = new Left(graph, groups, segment);
            NetworkCost saving = costs.segmentSaving(segment).orElseThrow();
            assertThat(saving).as(segment.name()).isEqualTo(costs.total().minus(left.cost()));
            assertThat(saving.parameters() + saving.statistics())
                    .as(segment.name())
                    .isEqualTo(net.positions().size() - left.positions(net));
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void oneSegment_savesWhatItsRemovalForetells(int seed) {
        TraceGraph graph = RandomBranches.next(new GraphBuilder(), seed);
        GroupPartition groups = GroupPartition.of(graph);
        CostTable costs = CostTable.of(graph, groups);
        ErasableSegments segments = ErasableSegments.of(graph, groups);
        for (int s = 0; s < segments.count(); s++) {
            Removal removal = segments.removal();
            removal.remove(s);
            assertThat(costs.segmentSaving(segments.segment(s)))
                    .as(segments.name(s))
                    .contains(costs.total().minus(removal.cost()));
        }
    }

    @Test
    void layersAndInputs_addUpToTheWhole() {
        TraceGraph graph = StackedUnets.graph();
        GroupPartition groups = GroupPartition.of(graph);
        NetworkCost sum = CostTable.of(graph, groups).vertex(0);
        for (LayerAnswer answer : LayerAnswer.of(graph, groups)) {
            sum = sum.plus(answer.cost());
        }
        assertThat(sum).isEqualTo(CostTable.of(graph, groups).total());
    }

    @Test
    void layerOfSeveralFamilies_tellsLeastAndMost() {
        GraphBuilder net = new GraphBuilder();
        int in = net.input("in", 3);
        int a = net.conv("a", in, 2, 9, 16);
        int b = net.conv("b", in, 2, 1, 16);
        int cat = net.concat("cat", a, b);
        TraceGraph graph = net.build(net.dense("out", cat, 5));
        LayerAnswer.Saving saving = LayerAnswer.of(graph, GroupPartition.of(graph)).stream()
                .filter(answer -> answer.name().equals("cat"))
                .findFirst()
                .flatMap(LayerAnswer::groupSaving)
                .orElseThrow();

        // One channel of b: 3 weights, a bias, 5 weights that read it; of a: 27 weights instead of 3.
        assertThat(saving.least()).isEqualTo(new NetworkCost(9, 0, 3 * 16 + 5, 16 + 1));
        assertThat(saving.most()).isEqualTo(new NetworkCost(33, 0, 27 * 16 + 5, 16 + 1));
    }

    @Test
    void layerThatKeepsAllItsChannels_savesNothing() {
        GraphBuilder net = new GraphBuilder();
        int a = net.dense("a", net.input("in", 3), 4);
        TraceGraph graph = net.build(net.needing(4, net.dense("out", a, 1)));
        LayerAnswer answer = LayerAnswer.of(graph, GroupPartition.of(graph)).get(0);

        assertThat(answer.groups()).isEqualTo(4);
        assertThat(answer.keeps()).isEqualTo(4);
        assertThat(answer.groupSaving()).isEmpty();
    }

    private static long positionsOf(GraphBuilder net, GroupPartition groups, int group) {
        return net.positions().stream()
                .filter(position ->
                        Arrays.stream(position.owners()).anyMatch(owner -> groups.group(owner[0], owner[1]) == group))
                .count();
    }

    private static List<Integer> place(TraceGraph graph, GroupPartition groups, int group) {
        return IntStream.range(0, graph.size())
                .map(v -> (int) IntStream.range(0, graph.vertex(v).channels())
                        .filter(c -> groups.group(v, c) == group)
                        .count())
                .boxed()
                .toList();
    }

    /** What is left without a segment, found by looking at the whole network. */
    private static final class Left {
        private final TraceGraph graph;
        private final GroupPartition groups;
        private final BitSet stays = new BitSet();
        private final Set<Integer> lost = new HashSet<>();

        Left(TraceGraph graph, GroupPartition groups, SegmentGraph.Segment segment) {
            this.graph = graph;
            this.groups = groups;
            int last = segment.vertices().get(segment.vertices().size() - 1);
            Deque<Integer> open = new ArrayDeque<>(graph.outputs());
            while (!open.isEmpty()) {
                int v = open.pop();
                if (!segment.vertices().contains(v) && !stays.get(v)) {
                    stays.set(v);
                    graph.vertex(v).inputs().forEach(open::push);
                }
            }
            for (int v = 0; v < graph.size(); v++) {
                Vertex vertex = graph.vertex(v);
                if (vertex.inputs().isEmpty()) {
                    stays.set(v);
                }
                if (vertex.inputs().contains(last) && vertex.operation().map() == ChannelMap.STACK) {
                    IntStream.range(0, graph.vertex(last).channels()).forEach(c -> lost.add(groups.group(last, c)));
                }
                long others = vertex.inputs().stream()
                        .filter(input -> !segment.vertices().contains(input))
                        .count();
                if (vertex.inputs().size() > 1
                        && others == 1
                        && !graph.outputs().contains(v)) {
                    stays.clear(v);
                }
            }
        }

        private boolean stays(int v, int channel) {
            return !lost.contains(groups.group(v, channel));
        }

        private int live(int v) {
            return (int) IntStream.range(0, graph.vertex(v).channels())
                    .filter(c -> stays(v, c))
                    .count();
        }

        NetworkCost cost() {
            NetworkCost sum = NetworkCost.ZERO;
            for (int v = stays.nextSetBit(0); v >= 0; v = stays.nextSetBit(v + 1)) {
                Cost cost = graph.vertex(v).operation().cost();
                int in = graph.vertex(v).inputs().stream().mapToInt(this::live).sum();
                sum = sum.plus(new NetworkCost(
                        cost.parameters().at(in, live(v)),
                        cost.statistics().at(in, live(v)),
                        cost.flops().at(in, live(v)),
                        cost.positions() * live(v)));
            }
            return sum;
        }

        /** Values whose owner (the first one) is still there, and all of whose channels are. */
        long positions(GraphBuilder net) {
            return net.positions().stream()
                    .filter(position -> stays.get(position.owners()[0][0])
                            && Arrays.stream(position.owners()).allMatch(owner -> stays(owner[0], owner[1])))
                    .count();
        }
    }
}
