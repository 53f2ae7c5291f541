package io.halfspace.solver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halfspace.graph.ChannelMap;
import io.halfspace.graph.ChannelSlices;
import io.halfspace.graph.Cost;
import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.NetworkCost;
import io.halfspace.graph.Operation;
import io.halfspace.graph.Thinning;
import io.halfspace.graph.TraceGraph;
import io.halfspace.graph.Vertex;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

final class TargetTest {
    private final TraceGraph graph = ToyNets.chain(true, 6, 20, 30, 10, 3);
    private final GroupPartition groups = GroupPartition.of(graph);

    @RepeatedTest(40)
    void groupTargets_areMetExactly(RepetitionInfo repetition) {
        int[] ranking = shuffled(groups.count(), repetition.getCurrentRepetition());
        for (double fraction : new double[] {0, 0.1, 0.5, 0.77, 57.0 / 60}) {
            assertThat(count(new Target.Groups(fraction).choose(ranking, groups)))
                    .isEqualTo((int) Math.round(fraction * 60));
        }
        assertThat(count(new Target.GroupCount(17).choose(ranking, groups))).isEqualTo(17);
    }

    @RepeatedTest(40)
    void budgets_areMetWithinOneGroup(RepetitionInfo repetition) {
        int[] ranking = shuffled(groups.count(), repetition.getCurrentRepetition());
        NetworkCost dense = new Thinning(graph, groups).cost();
        for (double share : new double[] {1, 0.8, 0.5, 0.2}) {
            assertWithinOneGroup(new Target.Parameters(share), ranking, share * dense.parameters());
            assertWithinOneGroup(new Target.Flops(share), ranking, share * dense.flops());
        }
        assertWithinOneGroup(new Target.Parameters(400), ranking, 400);
        assertWithinOneGroup(new Target.Flops(300), ranking, 300);
    }

    @Test
    void theMostRedundant_leaveFirst_andALastChannelIsPassedOver() {
        int[] ranking = IntStream.range(0, 60).toArray();
        boolean[] chosen = new Target.GroupCount(25).choose(ranking, groups);
        assertThat(IntStream.range(0, 60).filter(g -> chosen[g]))
                .as("19 of the first 20, then 6 of the second layer")
                .containsExactlyElementsOf(
                        IntStream.range(0, 26).filter(g -> g != 19).boxed().toList());
    }

    @Test
    void unreachable_saysHowFarOneCanGo() {
        assertThatThrownBy(() -> new Target.Groups(1).check(groups))
                .isInstanceOf(UnreachableTargetException.class)
                .hasMessageStartingWith(
                        "Cannot reach target group sparsity 1.0: at most 57 of 60 groups can leave, which keeps 0.0500 (3 of 60)");
        // One channel a layer: flops 6 + 1 + 1 + 3 of 120 + 600 + 300 + 30.
        assertThatThrownBy(() -> new Target.Flops(0.01).check(groups))
                .isInstanceOf(UnreachableTargetException.class)
                .hasMessageStartingWith(
                        "Cannot reach target flops 0.01: at most 57 of 60 groups can leave, which keeps 0.0105 (11 of 1050)");
        assertThatThrownBy(() -> new Target.Parameters(5).choose(shuffled(60, 1), groups))
                .isInstanceOf(UnreachableTargetException.class);
        assertThatThrownBy(() -> new Target.GroupCount(58).check(groups))
                .isInstanceOf(UnreachableTargetException.class);
        assertThatCode(() -> new Target.Flops(0.0105).check(groups)).doesNotThrowAnyException();
    }

    /** Layers of 20, 30 and 10 channels: multiples of 8 are 16 and 8; 24, 16 and 8; 8. */
    @RepeatedTest(20)
    void roundedTargets_areMetByMultiples_andByNoLotTooMany(RepetitionInfo repetition) {
        int[] ranking = shuffled(groups.count(), repetition.getCurrentRepetition());
        for (Target target : List.of(new Target.Groups(0.4), new Target.Flops(0.5), new Target.Parameters(0.3))) {
            boolean[] chosen = new Target.Rounded(target, 8).choose(ranking, groups);
            Thinning thinning = new Thinning(graph, groups);
            IntStream.range(0, 60).filter(g -> chosen[g]).forEach(thinning::remove);
            for (int v = 1; v < graph.size(); v++) {
                int kept = thinning.live(v);
                assertThat(kept % 8 == 0 || kept == graph.vertex(v).channels())
                        .as("%d channels kept", kept)
                        .isTrue();
            }
            double allowed = target.allowed(target.remaining(60, new Thinning(graph, groups).cost()));
            assertThat((double) target.remaining(60 - count(chosen), thinning.cost()))
                    .isLessThanOrEqualTo(allowed);
        }
        assertThat(new Target.Rounded(new Target.Flops(0.5), 1).choose(ranking, groups))
                .isEqualTo(new Target.Flops(0.5).choose(ranking, groups));
    }

    @Test
    void roundedTarget_putsBackTheLeastRedundantOfALayer() {
        int[] ranking = IntStream.range(0, 60).toArray();
        boolean[] chosen = new Target.Rounded(new Target.GroupCount(13), 8).choose(ranking, groups);
        assertThat(IntStream.range(0, 60).filter(g -> chosen[g]))
                .as("4 and 8 of the first layer, then 6 of the second, as its next multiple of 8 is 24")
                .containsExactlyElementsOf(IntStream.concat(IntStream.range(0, 12), IntStream.range(20, 26))
                        .boxed()
                        .toList());
        assertThatThrownBy(() -> new Target.Rounded(new Target.GroupCount(45), 8).check(groups))
                .isInstanceOf(UnreachableTargetException.class)
                .hasMessageStartingWith(
                        "Cannot reach target group count 45 in multiples of 8 channels a layer: at most 36 of"
                                + " 60 groups can leave");
    }

    @Test
    void nonsense_isRefused() {
        assertThatThrownBy(() -> new Target.Groups(1.1)).hasMessageContaining("Invalid group sparsity: 1.1");
        assertThatThrownBy(() -> new Target.GroupCount(-1)).hasMessageContaining("-1");
        assertThatThrownBy(() -> new Target.Flops(0)).hasMessageContaining("Invalid budget of flops: 0.0");
        assertThatThrownBy(() -> new Target.Parameters(Double.NaN)).hasMessageContaining("NaN");
    }

    @Test
    void rankingThatGivesAwayWhatOthersNeed_stillMeetsTheTarget() {
        // Subsets {0, 1} and {0, 2} of three channels keep one each: only keeping channel 0 lets two leave.
        List<ChannelSlices> slices = List.of(ChannelSlices.trainable(0, 1, 1, 1, 1));
        TraceGraph subsets = new TraceGraph(
                List.of(
                        new Vertex("in", "in", "Input", List.of(), Operation.input(1, 1)),
                        new Vertex("stem", "stem", "Dense", List.of(0), Operation.stem(3, true, slices, Cost.free(1))),
                        subset("left", 0, 1),
                        subset("right", 0, 2)),
                List.of(),
                3);
        GroupPartition three = GroupPartition.of(subsets);
        Target two = new Target.GroupCount(2);
        two.check(three);
        assertThat(two.choose(new int[] {0, 1, 2}, three)).containsExactly(false, true, true);
        assertThat(two.choose(new int[] {2, 1, 0}, three)).containsExactly(false, true, true);
    }

    private static Vertex subset(String name, int... channels) {
        Operation operation =
                Operation.accessory(channels.length, new ChannelMap.Gather(channels), true, List.of(), Cost.free(1));
        return new Vertex(name, name, "Subset", List.of(1), operation);
    }

    private void assertWithinOneGroup(Target target, int[] ranking, double allowed) {
        boolean[] chosen = target.choose(ranking, groups);
        Thinning thinning = new Thinning(graph, groups);
        NetworkCost beforeLast = thinning.cost();
        for (int group : ranking) {
            if (chosen[group]) {
                beforeLast = thinning.cost();
                thinning.remove(group);
            }
        }
        assertThat((double) target.remaining(0, thinning.cost())).isLessThanOrEqualTo(allowed);
        if (count(chosen) > 0) {
            assertThat((double) target.remaining(0, beforeLast)).isGreaterThan(allowed);
        }
    }

    private static int count(boolean[] flags) {
        return (int) IntStream.range(0, flags.length).filter(i -> flags[i]).count();
    }

    private static int[] shuffled(int count, long seed) {
        List<Integer> order = IntStream.range(0, count).boxed().collect(Collectors.toList());
        Collections.shuffle(order, new Random(seed));
        return order.stream().mapToInt(Integer::intValue).toArray();
    }
}
