package io.halfspace.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class SegmentGraphTest {
    private final GraphBuilder net = new GraphBuilder();

    @Test
    void stackedUnets_haveThePublishedSegments_vertexByVertex() {
        TraceGraph graph = StackedUnets.graph();

        assertThat(segments(graph).segments().stream().map(segment -> members(graph, segment)))
                .containsExactly(
                        "0 1 2 3",
                        "4 5 6 7 8 9",
                        "10 11 12",
                        "13 14 15 19",
                        "20",
                        "24",
                        "25",
                        "26 27 28 29 33",
                        "34",
                        "35 36 37 38",
                        "39 40 41",
                        "42 43 44",
                        "45 46 47 48 49",
                        "50 51 52 56",
                        "57",
                        "61",
                        "62",
                        "63 64 65 66 70",
                        "71",
                        "72 73 74 75",
                        "76",
                        "77 82");
        assertThat(erasable(graph))
                .containsExactlyInAnyOrder("13..19", "26..33", "35..38", "50..56", "63..70", "72..75");
    }

    @Test
    void stackedUnets_areExplainedLayerByLayer() {
        TraceGraph graph = StackedUnets.graph();
        List<LayerAnswer> answers = LayerAnswer.of(graph, GroupPartition.of(graph));

        assertThat(answers.stream()
                        .filter(answer -> !answer.erasable().isEmpty())
                        .map(answer -> answer.name() + " " + answer.erasable()))
                .hasSize(4 + 5 + 4 + 4 + 5 + 4)
                .contains("13 13..19", "19 13..19", "72 72..75", "75 72..75");
        assertThat(answers)
                .filteredOn(answer -> answer.name().equals("14"))
                .extracting(LayerAnswer::status)
                .containsExactly(LayerAnswer.Status.PRUNABLE);
    }

    @Test
    void aBranchAddedToTheRawInput_isErasableThoughNotPrunable() {
        int in = net.input("in", 3);
        int a = net.conv("a", in, 3, 9, 16);
        int relu = net.activation("relu", a, true);
        TraceGraph graph = net.build(net.dense("out", net.sum("add", in, relu), 2));
        List<LayerAnswer> answers = LayerAnswer.of(graph, GroupPartition.of(graph));

        assertThat(answers.stream().map(answer -> answer.name() + " " + answer.status() + " " + answer.erasable()))
                .containsExactly("a ERASABLE a..relu", "relu ERASABLE a..relu", "add PROTECTED ", "out PROTECTED ");
        assertThat(answers.get(0).reason()).isEqualTo("'in': it is a network input");
    }

    @Test
    void joints_mustBeNeutral_andHaveAnotherInput() {
        int in = net.input("in", 3);
        int stem = net.dense("stem", in, 3);
        int a = net.dense("a", stem, 3);
        int b = net.dense("b", stem, 3);
        int product = net.product("product", a, stem);
        int twice = net.sum("twice", b, b);
        int c = net.dense("c", stem, 3);
        int sum = net.sum("sum", product, twice, c);

        assertThat(erasable(net.build(net.dense("out", sum, 2)))).containsExactly("c");
    }

    @Test
    void oneSuccessorThatIsNoJoint_keepsASegment() {
        int in = net.input("in", 3);
        int stem = net.dense("stem", in, 3);
        int a = net.dense("a", stem, 3);
        int b = net.dense("b", a, 3);
        int both = net.sum("both", stem, a);
        TraceGraph graph = net.build(net.dense("out", net.sum("end", both, b), 2));

        assertThat(erasable(graph)).containsExactly("b");
    }

    @Test
    void severalJoints_mayFollow() {
        int in = net.input("in", 3);
        int stem = net.dense("stem", in, 3);
        int a = net.dense("a", stem, 3);
        int first = net.sum("first", stem, a);
        int b = net.dense("b", first, 3);
        TraceGraph graph = net.build(net.dense("out", net.sum("second", a, b), 2));

        assertThat(erasable(graph)).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void zeroMustStayZero_fromTheLastStemOn() {
        int in = net.input("in", 3);
        int stem = net.dense("stem", in, 3);
        int before = net.dense("last", net.activation("sigmoidBefore", net.dense("first", stem, 3), false), 3);
        int after = net.activation("sigmoidAfter", net.dense("moved", stem, 3), false);
        int itself = net.dense("itself", stem, 3, false);
        int stemless = net.batchNorm("stemless", stem);
        TraceGraph graph = net.build(net.dense("out", net.sum("sum", before, after, itself, stemless), 2));

        assertThat(erasable(graph)).containsExactly("first..last");
    }

    @Test
    void protectedOperations_keepTheirSegment() {
        int in = net.input("in", 3);
        int stem = net.dense("stem", in, 3);
        int frozen = net.dense("frozen", stem, 3);
        int free = net.dense("free", frozen, 3);
        int unknown = net.dense("behind", net.unknown("capsule", 3, "there is no rule", stem), 3);
        net.protect(frozen, "it is frozen");
        TraceGraph graph = net.build(net.dense("out", net.sum("sum", stem, free, unknown), 2));

        assertThat(erasable(graph)).isEmpty();
    }

    @Test
    void networkOutputs_endASegment_andStay() {
        int in = net.input("in", 3);
        int stem = net.dense("stem", in, 3);
        int output = net.dense("output", stem, 3);
        int rest = net.dense("rest", output, 3);
        TraceGraph graph = net.build(output, net.dense("out", net.sum("sum", stem, rest), 2));

        assertThat(segments(graph).segments().stream().map(SegmentGraph.Segment::name))
                .containsExactly("stem", "output", "rest", "sum", "out");
        assertThat(erasable(graph)).containsExactly("rest");
    }

    @Test
    void concat_mustBeAbleToLoseTheChannels() {
        int in = net.input("in", 3);
        int stem = net.dense("stem", in, 3);
        int a = net.dense("a", stem, 2);
        int b = net.dense("b", stem, 2);
        int free = net.dense("mix", net.batchNorm("bn", net.concat("free", a, b)), 4);
        int c = net.dense("c", stem, 2);
        int d = net.dense("d", stem, 2);
        int tied = net.sum("tied", free, net.concat("pair", c, d));
        int e = net.dense("e", stem, 2);
        int f = net.dense("f", stem, 2);
        int read = net.unknown("capsule", 4, "there is no rule", net.concat("kept", e, f));
        TraceGraph graph = net.build(net.dense("out", net.sum("sum", tied, read), 2));

        assertThat(erasable(graph)).containsExactlyInAnyOrder("a", "b", "bn..mix");
    }

    @Test
    void withoutAnyOneErasableSegment_everythingElseStaysAlive() {
        int erased = 0;
        for (long seed = 1; seed <= 50; seed++) {
            TraceGraph graph = RandomGraphs.next(new GraphBuilder(), seed);
            for (SegmentGraph.Segment segment : segments(graph).segments()) {
                if (segment.erasable()) {
                    assertThat(dead(graph, segment)).as("seed %d", seed).isEqualTo(segment.vertices());
                    erased++;
                }
            }
        }
        assertThat(erased).isGreaterThan(20);
    }

    @Test
    void everyVertexButTheInputs_liesInOneSegment_andLongChainsNeedNoRecursion() {
        int at = net.dense("first", net.input("in", 2), 2);
        for (int i = 0; i < 10_000; i++) {
            at = i % 10 == 9 ? net.dense("dense" + i, at, 2) : net.activation("relu" + i, at, true);
        }
        TraceGraph graph = net.build(net.dense("out", at, 1));
        SegmentGraph segments = segments(graph);

        assertThat(segments.segments()).hasSize(1);
        assertThat(segments.segments().get(0).vertices()).hasSize(graph.size() - 1);
        assertThat(segments.segment(0)).isEmpty();
        assertThat(segments.segment(5)).contains(segments.segments().get(0));
    }

    /** What gets no input, or not all that it needs, without a segment. */
    private static List<Integer> dead(TraceGraph graph, SegmentGraph.Segment erased) {
        Set<Integer> dead = new TreeSet<>(erased.vertices());
        for (int v = 0; v < graph.size(); v++) {
            Vertex vertex = graph.vertex(v);
            long missing = vertex.inputs().stream().filter(dead::contains).count();
            if (missing
                    > (vertex.operation().neutralToMissing() ? vertex.inputs().size() - 1 : 0)) {
                dead.add(v);
            }
        }
        return List.copyOf(dead);
    }

    private static SegmentGraph segments(TraceGraph graph) {
        return SegmentGraph.of(graph, GroupPartition.of(graph));
    }

    private static Set<String> erasable(TraceGraph graph) {
        return segments(graph).segments().stream()
                .filter(SegmentGraph.Segment::erasable)
                .map(SegmentGraph.Segment::name)
                .collect(Collectors.toSet());
    }

    private static String members(TraceGraph graph, SegmentGraph.Segment segment) {
        return segment.vertices().stream().map(v -> graph.vertex(v).name()).collect(Collectors.joining(" "));
    }
}
