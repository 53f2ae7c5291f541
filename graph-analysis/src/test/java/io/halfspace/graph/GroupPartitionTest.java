package io.halfspace.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class GroupPartitionTest {
    private final GraphBuilder net = new GraphBuilder();

    @Test
    void chain_everyChannelButTheOutputsIsAGroup() {
        int in = net.input("in", 3);
        int a = net.dense("a", in, 4);
        int relu = net.activation("relu", a, true);
        int b = net.dense("b", relu, 2);
        int out = net.dense("out", b, 5);
        TraceGraph graph = net.build(out);
        GroupPartition groups = GroupPartition.of(graph);

        assertThat(groups.count()).isEqualTo(6);
        assertThat(names(groups)).containsExactly("a[0]", "a[1]", "a[2]", "a[3]", "b[0]", "b[1]");
        assertThat(groups.group(relu, 2)).isEqualTo(groups.group(a, 2));
        assertThat(groups.group(out, 0)).isEqualTo(-1);
        assertThat(groups.leaderVertex(5)).isEqualTo(b);
        assertThat(groups.protection(out, 0)).contains("'out' is a network output");
        assertThat(groups.protection(in, 0)).contains("'in': it is a network input");
        assertThat(groups.protection(a, 0)).isEmpty();
        assertThat(values(groups, groups.group(b, 1)))
                .as("column 1 of b's weights and its bias; not the row of 'out' that reads it")
                .isEqualTo(owned(b, 1));
    }

    @Test
    void residualAdd_tiesTheBranchesChannelByChannel() {
        int in = net.input("in", 3);
        int stem = net.conv("stem", in, 4, 9, 16);
        int a = net.conv("a", stem, 6, 9, 16);
        int b = net.conv("b", a, 4, 9, 16);
        int bn = net.batchNorm("bn", b);
        int add = net.sum("add", stem, bn);
        int out = net.dense("out", add, 2);
        GroupPartition groups = GroupPartition.of(net.build(out));

        assertThat(groups.count()).isEqualTo(4 + 6);
        for (int c = 0; c < 4; c++) {
            assertThat(List.of(groups.group(b, c), groups.group(bn, c), groups.group(add, c)))
                    .containsOnly(groups.group(stem, c));
            assertThat(groups.name(groups.group(add, c))).isEqualTo("stem[" + c + "]");
        }
        Set<Integer> expected = owned(stem, 1);
        expected.addAll(owned(b, 1));
        expected.addAll(owned(bn, 1));
        assertThat(values(groups, groups.group(stem, 1)))
                .as("no running statistic is among them")
                .isEqualTo(expected);
    }

    @Test
    void concat_hasOffsetsAndNoGroupsOfItsOwn() {
        int in = net.input("in", 3);
        int a = net.dense("a", in, 2);
        int b = net.dense("b", in, 3);
        int concat = net.concat("concat", a, b);
        int bn = net.batchNorm("bn", concat);
        int out = net.dense("out", bn, 2);
        GroupPartition groups = GroupPartition.of(net.build(out));

        assertThat(groups.count()).isEqualTo(5);
        assertThat(groups.group(concat, 1)).isEqualTo(groups.group(a, 1));
        assertThat(groups.group(bn, 2)).isEqualTo(groups.group(b, 0));
        assertThat(groups.group(bn, 4)).isEqualTo(groups.group(b, 2));
    }

    @Test
    void nestedConcat_splices() {
        int in = net.input("in", 3);
        int a = net.dense("a", in, 2);
        int b = net.dense("b", a, 2);
        int first = net.concat("first", a, b);
        int c = net.dense("c", first, 1);
        int second = net.concat("second", first, c);
        int out = net.dense("out", second, 2);
        GroupPartition groups = GroupPartition.of(net.build(out));

        assertThat(groups.count()).isEqualTo(5);
        assertThat(IntStream.range(0, 5).map(i -> groups.group(second, i)))
                .containsExactly(
                        groups.group(a, 0),
                        groups.group(a, 1),
                        groups.group(b, 0),
                        groups.group(b, 1),
                        groups.group(c, 0));
    }

    @Test
    void concatOfTheRawInput_advancesTheOffsetAndStaysProtected() {
        int in = net.input("in", 3);
        int a = net.dense("a", in, 2);
        int concat = net.concat("concat", in, a);
        int out = net.dense("out", concat, 2);
        GroupPartition groups = GroupPartition.of(net.build(out));

        assertThat(groups.count()).isEqualTo(2);
        assertThat(groups.protection(concat, 2)).contains("'in': it is a network input");
        assertThat(groups.group(concat, 3)).isEqualTo(groups.group(a, 0));
    }

    @Test
    void addOfTheRawInput_protectsTheBranch() {
        int in = net.input("in", 3);
        int a = net.dense("a", in, 3);
        int add = net.sum("add", in, a);
        GroupPartition groups = GroupPartition.of(net.build(net.dense("out", add, 2)));

        assertThat(groups.count()).isZero();
        assertThat(groups.protection(a, 1)).contains("'in': it is a network input");
    }

    @Test
    void flatten_makesEveryChannelSeveralFeatures() {
        int in = net.input("in", 1);
        int conv = net.conv("conv", in, 3, 9, 4);
        int flat = net.flatten("flat", conv, 4);
        int last = net.gather("last", conv, (ChannelMap.Gather) ChannelMap.flattenChannelsLast(3, 4));
        int out = net.dense("out", flat, 2);
        int other = net.dense("other", last, 2);
        GroupPartition groups = GroupPartition.of(net.build(out, other));

        assertThat(groups.count()).isEqualTo(3);
        for (int feature = 0; feature < 12; feature++) {
            assertThat(groups.group(flat, feature)).isEqualTo(groups.group(conv, feature / 4));
            assertThat(groups.group(last, feature)).isEqualTo(groups.group(conv, feature % 3));
        }
    }

    @Test
    void fold_tiesAllFeaturesOfAMap() {
        int in = net.input("in", 1);
        int a = net.dense("a", in, 12);
        int fold = net.mapped("fold", a, 3, ChannelMap.fold(3, 4));
        GroupPartition groups = GroupPartition.of(net.build(net.dense("out", fold, 2)));

        assertThat(groups.count()).isEqualTo(3);
        for (int feature = 0; feature < 12; feature++) {
            assertThat(groups.group(a, feature)).isEqualTo(groups.group(fold, feature / 4));
        }
    }

    @Test
    void reduction_letsItsInputsLeave() {
        int in = net.input("in", 1);
        int a = net.dense("a", in, 3);
        int length = net.mapped("length", a, 1, ChannelMap.REDUCED);
        GroupPartition groups = GroupPartition.of(net.build(net.dense("out", length, 2)));

        assertThat(names(groups)).containsExactly("a[0]", "a[1]", "a[2]");
        assertThat(groups.protection(length, 0)).contains("no trainable layer makes its channels");
    }

    @Test
    void depthwiseWithMultiplier_isABlockOfChannelsAGroup() {
        int in = net.input("in", 3);
        int conv = net.conv("conv", in, 2, 9, 4);
        int depth = net.depthwise("depth", conv, 3, 9);
        int out = net.dense("out", depth, 2);
        GroupPartition groups = GroupPartition.of(net.build(out));

        assertThat(groups.count()).isEqualTo(2);
        assertThat(groups.group(depth, 2)).isEqualTo(groups.group(conv, 0));
        assertThat(groups.group(depth, 3)).isEqualTo(groups.group(conv, 1));
        assertThat(groups.trainable().variables(0)).isEqualTo((1 + 3 * 9) + 3 * 9);
    }

    @Test
    void sharedInput_isNotTiedToItsReaders() {
        int in = net.input("in", 3);
        int shared = net.dense("shared", in, 4);
        int a = net.dense("a", shared, 2);
        int b = net.dense("b", shared, 2);
        int out = net.dense("out", net.sum("add", a, b), 2);
        GroupPartition groups = GroupPartition.of(net.build(out));

        assertThat(groups.count()).isEqualTo(4 + 2);
        assertThat(groups.group(a, 1)).isEqualTo(groups.group(b, 1)).isNotEqualTo(groups.group(shared, 1));
    }

    @Test
    void severalOutputs_areAllProtected() {
        int in = net.input("in", 3);
        int a = net.dense("a", in, 4);
        int first = net.dense("first", a, 2);
        int b = net.dense("b", first, 3);
        int second = net.dense("second", b, 2);
        GroupPartition groups = GroupPartition.of(net.build(first, second));

        assertThat(groups.count()).isEqualTo(4 + 3);
        assertThat(groups.protection(first, 0)).contains("'first' is a network output");
        assertThat(groups.protection(second, 1)).contains("'second' is a network output");
    }

    @Test
    void activationThatMovesZero_protectsWhatFeedsIt() {
        int in = net.input("in", 3);
        int a = net.dense("a", in, 2);
        int sigmoid = net.activation("sigmoid", a, false);
        int b = net.dense("b", sigmoid, 2, false);
        int out = net.dense("out", b, 2);
        GroupPartition groups = GroupPartition.of(net.build(out));

        assertThat(groups.count()).isZero();
        assertThat(groups.protection(a, 1)).contains("'sigmoid' (sigmoid) does not map zero to zero");
        assertThat(groups.protection(b, 1)).contains("'b' (b) does not map zero to zero");
    }

    @Test
    void unknownConsumer_protectsItsProducerAndItself() {
        int in = net.input("in", 3);
        int a = net.dense("a", in, 2);
        int capsule = net.unknown("capsule", 4, "no rule for this layer", a);
        int b = net.dense("b", capsule, 2);
        GroupPartition groups = GroupPartition.of(net.build(net.dense("out", b, 1)));

        assertThat(names(groups)).containsExactly("b[0]", "b[1]");
        assertThat(groups.protection(a, 0)).contains("it feeds 'capsule' (capsule): no rule for this layer");
        assertThat(groups.protection(capsule, 3)).contains("'capsule': no rule for this layer");
    }

    @Test
    void channelsThatNoTrainableLayerMakes_areProtected() {
        Operation pool = Operation.accessory(2, ChannelMap.FRESH, true, List.of(), Cost.free(1));
        TraceGraph graph = new TraceGraph(List.of(new Vertex("pool", "pool", "Pool", List.of(), pool)), List.of(), 0);
        GroupPartition groups = GroupPartition.of(graph);

        assertThat(groups.count()).isZero();
        assertThat(groups.protection(0, 1)).contains("no trainable layer makes its channels");
    }

    @Test
    void namesAndNumbers_areTheSameEveryTime() {
        TraceGraph graph = RandomGraphs.next(net, 5);
        assertThat(names(GroupPartition.of(graph)))
                .isNotEmpty()
                .doesNotHaveDuplicates()
                .isEqualTo(names(GroupPartition.of(graph)))
                .isEqualTo(names(GroupPartition.of(RandomGraphs.next(new GraphBuilder(), 5))));
    }

    @Test
    void tenThousandVertices_areAnalysedWithoutRecursion() {
        int at = net.dense("first", net.input("in", 2), 2);
        for (int i = 0; i < 10_000; i++) {
            at = i % 10 == 9 ? net.dense("dense" + i, at, 2) : net.activation("relu" + i, at, true);
        }
        TraceGraph graph = net.build(net.dense("out", at, 1));
        GroupPartition groups = GroupPartition.of(graph);
        Thinning thinning = new Thinning(graph, groups);
        for (int g = 0; g < groups.count(); g += 2) {
            thinning.remove(g);
        }

        assertThat(groups.count()).isEqualTo(2 * 1001);
        assertThat(thinning.cost().flops()).isEqualTo(2 + 1000 + 1);
    }

    private Set<Integer> owned(int vertex, int channel) {
        return IntStream.range(0, net.positions().size())
                .filter(p -> {
                    GraphBuilder.Position position = net.positions().get(p);
                    int[] maker = position.owners()[0];
                    return !position.statistic() && maker[0] == vertex && maker[1] == channel;
                })
                .boxed()
                .collect(Collectors.toSet());
    }

    private static Set<Integer> values(GroupPartition groups, int group) {
        SliceTable table = groups.trainable();
        return IntStream.range(table.start(group), table.start(group + 1))
                .boxed()
                .flatMap(i -> IntStream.range(0, table.runs(i))
                        .boxed()
                        .flatMap(r -> IntStream.range(0, table.length(i))
                                .mapToObj(k -> table.offset(i) + r * table.stride(i) + k)))
                .collect(Collectors.toSet());
    }

    private static List<String> names(GroupPartition groups) {
        return IntStream.range(0, groups.count()).mapToObj(groups::name).toList();
    }
}
