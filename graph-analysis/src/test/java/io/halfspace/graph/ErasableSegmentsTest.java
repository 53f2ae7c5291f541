package io.halfspace.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ErasableSegmentsTest {
    private final GraphBuilder net = new GraphBuilder();

    static IntStream seeds() {
        return IntStream.range(0, 200);
    }

    @Test
    void stackedUnets_withThePublishedSegmentsZero_areThePublishedNetwork() {
        TraceGraph graph = StackedUnets.graph();
        ErasableSegments segments = segments(graph);
        boolean[] leaving = named(segments, "13..19", "50..56", "63..70", "72..75");
        Remainder remainder = segments.without(leaving);

        assertThat(IntStream.range(0, graph.size()).filter(remainder::stays).mapToObj(v -> edges(graph, remainder, v)))
                .containsExactly(
                        "in", "0<in", "1<0", "2<1", "3<2", "4<3", "5<4", "6<5", "7<6", "8<7", "9<8", "10<9", "11<10",
                        "12<11", "24<12", "25<24+9", "26<25", "27<26", "28<27", "29<28", "33<29", "34<33+3", "35<34",
                        "36<35", "37<36", "38<37", "77<38", "82<77");
        assertThat(remainder.unusedInputs()).isEmpty();
    }

    @Test
    void stackedUnets_acceptAnyOrderOfFive_butNeverTheLastPath() {
        TraceGraph graph = StackedUnets.graph();
        for (long seed = 0; seed < 50; seed++) {
            ErasableSegments segments = segments(graph);
            Removal removal = segments.removal();
            List<String> refused = new ArrayList<>();
            for (int s : shuffled(segments.count(), seed)) {
                if (removal.canRemove(s)) {
                    removal.remove(s);
                } else {
                    refused.add(segments.name(s));
                }
            }
            assertThat(refused).as("seed %d", seed).hasSize(1).isSubsetOf("35..38", "72..75");
        }
    }

    @Test
    void values_areThoseOfTheSegment_andOfItsChannelsBehindAConcat() {
        int stem = net.dense("stem", net.input("in", 3), 3);
        int a = net.dense("a", stem, 2);
        int b = net.dense("b", stem, 2);
        int bn = net.batchNorm("bn", net.concat("cat", a, b));
        int mix = net.dense("mix", bn, 3);
        TraceGraph graph = net.build(net.dense("out", net.sum("sum", stem, mix), 2));
        ErasableSegments segments = segments(graph);

        assertThat(IntStream.range(0, segments.count()).mapToObj(segments::name))
                .containsExactly("a", "b", "bn..mix");
        assertThat(owners(graph, segments, 0)).isEqualTo(Map.of("a", 3 * 2 + 2, "bn", 4));
        assertThat(owners(graph, segments, 1)).isEqualTo(Map.of("b", 3 * 2 + 2, "bn", 4));
        assertThat(owners(graph, segments, 2)).isEqualTo(Map.of("mix", 4 * 3 + 3));
        assertThat(segments.measure(0)).isEqualTo(4);
        assertThat(segments.measure(2)).isEqualTo(3);

        Remainder remainder = segments.without(named(segments, "a"));
        assertThat(remainder.channels(bn)).containsExactly(2, 3);
        assertThat(edges(graph, remainder, bn)).isEqualTo("bn<b");
        assertThat(remainder.length()).isEqualTo(graph.parameterLength() - 8 - 2 * 4 - 2 * 3);
    }

    @Test
    void anEmptiedSum_letsTheZeroThrough_unlessSomethingBehindMakesMoreOfIt() {
        int stem = net.dense("stem", net.input("in", 3), 3);
        int inner = net.sum("inner", net.dense("a", stem, 3), net.dense("b", stem, 3));
        int relu = net.activation("relu", inner, true);
        int outer = net.sum("outer", stem, relu);
        int normed = net.batchNorm("bn", net.sum("two", net.dense("c", outer, 3), net.dense("d", outer, 3)));
        TraceGraph graph = net.build(net.dense("out", net.sum("end", outer, normed), 2));
        ErasableSegments segments = segments(graph);

        Remainder remainder = segments.without(named(segments, "a", "b"));
        assertThat(remainder.stays(relu)).isFalse();
        assertThat(remainder.stays(outer)).isFalse();
        assertThat(segments.fault(named(segments, "c", "d"))).contains("'bn' would have no input left");
        assertThatThrownBy(() -> segments.without(named(segments, "c", "d")))
                .hasMessage("Cannot build the sub-network: 'bn' would have no input left");
    }

    @Test
    void anEmptiedSumThatIsStackedBeforeABatchNorm_stays() {
        int stem = net.dense("stem", net.input("in", 3), 3);
        int inner = net.sum("inner", net.dense("a", stem, 3), net.dense("b", stem, 3));
        int bn = net.batchNorm("bn", net.concat("cat", inner, stem));
        TraceGraph graph = net.build(net.dense("out", bn, 2));
        ErasableSegments segments = segments(graph);

        assertThat(segments.fault(named(segments, "a"))).isEmpty();
        assertThat(segments.fault(named(segments, "a", "b")))
                .contains("what follows 'cat' keeps channels whose input would be gone");
    }

    @Test
    void jointsThatAreNotNeutral_keepAllTheirInputs() {
        int stem = net.dense("stem", net.input("in", 3), 3);
        int inner = net.sum("inner", net.dense("a", stem, 3), net.dense("b", stem, 3));
        TraceGraph graph = net.build(net.dense("out", net.product("product", stem, inner), 2));
        ErasableSegments segments = segments(graph);

        assertThat(segments.fault(named(segments, "a", "b"))).contains("'product' needs all its inputs");
    }

    @Test
    void theFirstInputOfADifference_stays() {
        int stem = net.dense("stem", net.input("in", 3), 3);
        int a = net.dense("a", stem, 3);
        int b = net.dense("b", stem, 3);
        int difference = net.difference("difference", a, b);
        TraceGraph graph = net.build(net.dense("out", net.sum("sum", difference, stem), 2));
        ErasableSegments segments = segments(graph);

        assertThat(IntStream.range(0, segments.count()).mapToObj(segments::name))
                .containsExactly("b");
        assertThat(segments.without(new boolean[] {true}).stays(difference)).isFalse();
    }

    @Test
    void aFlooredLayer_isNotErased_andAReaderThatNeedsChannelsKeepsThem() {
        int stem = net.dense("stem", net.input("in", 3), 3);
        int a = net.floored(2, net.dense("a", stem, 3));
        int b = net.dense("b", stem, 3);
        int c = net.dense("c", stem, 3);
        int reader = net.needing(4, net.dense("reader", net.concat("cat", b, c), 3));
        TraceGraph graph = net.build(net.dense("out", net.sum("sum", stem, a, reader), 2));
        ErasableSegments segments = segments(graph);

        assertThat(IntStream.range(0, segments.count()).mapToObj(segments::name))
                .containsExactly("b", "c", "reader");
        assertThat(segments.fault(named(segments, "b"))).contains("'reader' would read too few channels");
        assertThat(segments.fault(named(segments, "b", "reader"))).isEmpty();
    }

    @Test
    void inputsThatFeedNothing_areListed_andAnOutputThatIsAJointStays() {
        int one = net.input("one", 3);
        int two = net.input("two", 3);
        int sum = net.sum("sum", net.dense("a", one, 3), net.dense("b", two, 3));
        TraceGraph graph = net.build(sum);
        ErasableSegments segments = segments(graph);
        Remainder remainder = segments.without(named(segments, "b"));

        assertThat(remainder.unusedInputs()).containsExactly(two);
        assertThat(remainder.stays(two)).isTrue();
        assertThat(edges(graph, remainder, sum)).isEqualTo("sum<a");
        assertThat(segments.fault(named(segments, "a", "b"))).contains("'sum' would have no input left");
    }

    @Test
    void zerosThatCannotLeaveBesideOthers_stay() {
        TraceGraph graph = StackedUnets.graph();
        ErasableSegments segments = segments(graph);
        boolean[] all = new boolean[segments.count()];
        Arrays.fill(all, true);
        float[] zeros = new float[graph.parameterLength()];

        assertThat(ZeroGroups.in(segments, zeros)).isEqualTo(all);
        assertThat(segments.fault(all)).isPresent();
        boolean[] removable = ZeroGroups.removable(segments, zeros);
        assertThat(segments.fault(removable)).isEmpty();
        assertThat(IntStream.range(0, all.length).filter(s -> !removable[s]).mapToObj(segments::name))
                .containsExactly("72..75");
        GroupPartition channels = GroupPartition.of(graph);
        assertThat(channels.without(ZeroGroups.removable(channels, zeros)).length())
                .isPositive();
    }

    /** Whatever leaves, in any order: a legal network whose price, parameters and paths are counted anew. */
    @ParameterizedTest
    @MethodSource("seeds")
    void whatIsLeft_isAValidNetwork_ofExactlyTheForetoldPrice(int seed) {
        TraceGraph graph = RandomSuperNetworks.next(net, seed);
        ErasableSegments segments = segments(graph);
        Removal removal = segments.removal();
        boolean[] leaving = new boolean[segments.count()];
        for (int s : shuffled(segments.count(), seed)) {
            boolean[] tried = leaving.clone();
            tried[s] = true;
            assertThat(removal.canRemove(s)).isEqualTo(segments.fault(tried).isEmpty());
            if (!removal.canRemove(s)) {
                assertThatThrownBy(() -> removal.remove(s)).hasMessageStartingWith("Cannot remove segment '");
                continue;
            }
            removal.remove(s);
            leaving = tried;
            Remainder remainder = segments.without(leaving);
            TraceGraph built = built(graph, remainder);
            assertThat(removal.cost())
                    .isEqualTo(GroupPartition.of(built).removal().cost());
            assertThat((long) remainder.length())
                    .isEqualTo(removal.cost().parameters() + removal.cost().statistics());
            assertPaths(built, remainder, graph);
            assertThat(positions(remainder, graph)).isEqualTo(expectedPositions(graph, remainder));
        }
    }

    @Test
    void randomNetworks_loseSegmentsDeadCodeJointsAndInputs() {
        int removed = 0;
        int refused = 0;
        int unused = 0;
        int dead = 0;
        for (int seed : seeds().toArray()) {
            TraceGraph graph = RandomSuperNetworks.next(new GraphBuilder(), seed);
            ErasableSegments segments = segments(graph);
            Removal removal = segments.removal();
            boolean[] leaving = new boolean[segments.count()];
            for (int s : shuffled(segments.count(), seed)) {
                if (removal.canRemove(s)) {
                    removal.remove(s);
                    leaving[s] = true;
                    removed++;
                    dead += removal.refusalsMayHaveEnded() ? 1 : 0;
                } else {
                    refused++;
                }
            }
            unused += segments.without(leaving).unusedInputs().size();
        }
        System.out.printf(
                "200 random super-networks: %d segments removed, %d refused, %d times dead code, %d unused inputs%n",
                removed, refused, dead, unused);
        assertThat(removed).isGreaterThan(400);
        assertThat(refused).isGreaterThan(100);
        assertThat(dead).isGreaterThan(50);
    }

    @Test
    void hundredsOfSegments_needNoRecursionAndNoMinute() {
        int at = net.dense("first", net.input("in", 2), 2);
        for (int i = 0; i < 400; i++) {
            at = net.sum("sum" + i, at, net.dense("a" + i, at, 2), net.dense("b" + i, at, 2));
        }
        TraceGraph graph = net.build(net.dense("out", at, 1));
        ErasableSegments segments = segments(graph);
        Removal removal = segments.removal();
        IntStream.range(0, segments.count()).filter(removal::canRemove).forEach(removal::remove);

        assertThat(segments.count()).isEqualTo(800);
        assertThat(removal.cost().parameters()).isEqualTo(2 * 2 + 2 + 2 + 1);
    }

    private static ErasableSegments segments(TraceGraph graph) {
        return ErasableSegments.of(graph, GroupPartition.of(graph));
    }

    private static boolean[] named(ErasableSegments segments, String... names) {
        boolean[] leaving = new boolean[segments.count()];
        for (int s = 0; s < leaving.length; s++) {
            leaving[s] = List.of(names).contains(segments.name(s));
        }
        assertThat(IntStream.range(0, leaving.length).filter(s -> leaving[s]).count())
                .isEqualTo(names.length);
        return leaving;
    }

    private static String edges(TraceGraph graph, Remainder remainder, int v) {
        String inputs = remainder.inputs(v).stream()
                .map(input -> graph.vertex(input).name())
                .collect(Collectors.joining("+"));
        return graph.vertex(v).name() + (inputs.isEmpty() ? "" : "<" + inputs);
    }

    /** The network that is left, written down anew with its own channels; constructing it checks it. */
    private static TraceGraph built(TraceGraph graph, Remainder remainder) {
        List<Vertex> vertices = new ArrayList<>();
        Map<Integer, Integer> indices = new HashMap<>();
        for (int v = 0; v < graph.size(); v++) {
            if (!remainder.stays(v)) {
                continue;
            }
            Vertex old = graph.vertex(v);
            int channels = remainder.channels(v).length;
            Operation operation = new Operation(
                    old.operation().kind(),
                    channels,
                    old.operation().map(),
                    old.operation().zeroPreserving(),
                    old.operation().neutralToMissing(),
                    false,
                    List.of(),
                    old.operation().cost(),
                    1,
                    1,
                    old.operation().protection());
            indices.put(v, vertices.size());
            vertices.add(new Vertex(
                    old.name(),
                    old.layer(),
                    old.type(),
                    remainder.inputs(v).stream().map(indices::get).toList(),
                    operation));
        }
        return new TraceGraph(
                vertices, graph.outputs().stream().map(indices::get).toList(), remainder.length());
    }

    private static void assertPaths(TraceGraph built, Remainder remainder, TraceGraph graph) {
        boolean[] reached = new boolean[built.size()];
        for (int v = 0; v < built.size(); v++) {
            Vertex vertex = built.vertex(v);
            boolean input = vertex.operation().kind() == Operation.Kind.INPUT;
            assertThat(vertex.inputs().isEmpty()).isEqualTo(input);
            reached[v] = input || vertex.inputs().stream().allMatch(i -> reached[i]);
        }
        assertThat(built.outputs()).hasSameSizeAs(graph.outputs()).allMatch(output -> reached[output]);
        int[][] consumers = built.consumers();
        for (int v = 0; v < built.size(); v++) {
            boolean unused = consumers[v].length == 0 && !built.outputs().contains(v);
            boolean listed = remainder.unusedInputs().stream()
                    .map(i -> graph.vertex(i).name())
                    .toList()
                    .contains(built.vertex(v).name());
            assertThat(unused).as(built.vertex(v).name()).isEqualTo(listed);
        }
    }

    private int[] expectedPositions(TraceGraph graph, Remainder remainder) {
        List<GraphBuilder.Position> all = net.positions();
        return IntStream.range(0, all.size())
                .filter(p -> Arrays.stream(all.get(p).owners())
                        .allMatch(owner -> Arrays.binarySearch(remainder.channels(owner[0]), owner[1]) >= 0))
                .filter(p -> remainder.stays(all.get(p).owners()[0][0]))
                .toArray();
    }

    private static int[] positions(Remainder remainder, TraceGraph graph) {
        double[] numbers =
                IntStream.range(0, graph.parameterLength()).asDoubleStream().toArray();
        double[] back = new double[graph.parameterLength()];
        double[] kept = remainder.gather(numbers);
        remainder.scatter(kept, back);
        for (double position : kept) {
            assertThat(back[(int) position]).isEqualTo(position);
        }
        return Arrays.stream(kept).mapToInt(position -> (int) position).toArray();
    }

    /** By vertex name, how many values of it a group has. */
    private static Map<String, Integer> owners(TraceGraph graph, ErasableSegments segments, int group) {
        float[] marks = new float[graph.parameterLength()];
        Arrays.fill(marks, 1f);
        segments.trainable().clear(group, marks);
        BitSet cleared = new BitSet();
        IntStream.range(0, marks.length).filter(i -> marks[i] == 0).forEach(cleared::set);
        int[] starts = graph.parameterStarts();
        Map<String, Integer> owners = new HashMap<>();
        for (int v = 0; v < graph.size(); v++) {
            int count = cleared.get(starts[v], starts[v + 1]).cardinality();
            if (count > 0) {
                owners.put(graph.vertex(v).name(), count);
            }
        }
        return owners;
    }

    private static int[] shuffled(int count, long seed) {
        List<Integer> order = new ArrayList<>(IntStream.range(0, count).boxed().toList());
        Collections.shuffle(order, new Random(seed));
        return order.stream().mapToInt(Integer::intValue).toArray();
    }
}
