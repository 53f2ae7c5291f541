package io.halfspace.solver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halfspace.graph.ErasableSegments;
import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.GroupSet;
import io.halfspace.graph.NetworkCost;
import io.halfspace.graph.Removal;
import io.halfspace.graph.TraceGraph;
import io.halfspace.graph.ZeroGroups;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class H2spgTest {
    private static final double RATE = 0.05;

    private final Schedule schedule = Schedule.forRun(60);

    /** Stages of 3, 2 and 4 segments side by side; each keeps one. */
    private final ErasableSegments segments = segments(ToyNets.branches(true, 4, 3, 3, 2, 4));

    @Test
    void theMostRedundantGo_butNeverTheLastOfAStage_andThatIsSaid() {
        H2spg solver = new H2spg(segments, new Target.GroupCount(4), DhspgSettings.forSgd(), schedule);
        float[] x = run(solver, segments, 3, 4, 0, 1, 2, 5);

        assertThat(ZeroGroups.in(segments, x)).isEqualTo(flags(segments, 3, 0, 1, 5));
        assertThat(solver.passedOver()).containsExactly(4, 2);
        assertThat(segments.fault(solver.zeroGroups())).isEmpty();
    }

    @Test
    void nothingIsPassedOver_beforeTheChoice_norWhereAllFit() {
        H2spg solver = new H2spg(segments, new Target.GroupCount(3), DhspgSettings.forSgd(), schedule);
        assertThat(solver.passedOver()).isEmpty();
        run(solver, segments, 8, 3, 0);
        assertThat(solver.passedOver()).isEmpty();
    }

    @Test
    void passedOverGroups_areKnownAfterARestore() {
        H2spg solver = new H2spg(segments, new Target.GroupCount(4), DhspgSettings.forSgd(), schedule);
        run(solver, segments, 3, 4, 0, 1, 2, 5);
        H2spg again = new H2spg(segments, new Target.GroupCount(4), DhspgSettings.forSgd(), schedule);
        again.restore(solver.state());
        assertThat(again.passedOver()).containsExactly(4, 2);
    }

    @Test
    void ofEqualSegments_thatWithMoreMultiplicationsGoesFirst() {
        ErasableSegments unequal = segments(ToyNets.beside(4, 3, 1, 7, 5));
        H2spg solver = new H2spg(unequal, new Target.GroupCount(2), DhspgSettings.forSgd(), schedule);
        float[] x = new float[unequal.graph().parameterLength()];
        while (!solver.finished()) {
            solver.step(x, new float[x.length], RATE);
        }
        assertThat(solver.zeroGroups()).containsExactly(false, false, true, true);
    }

    @Test
    void redundancy_doesNotDependOnHowManyInputsASegmentHas() {
        // Rows of norm 1 everywhere but one segment of half of that; widths from 1 to 7.
        ErasableSegments unequal = segments(ToyNets.beside(4, 3, 1, 7, 5));
        for (int small = 0; small < 4; small++) {
            float[] x = new float[unequal.graph().parameterLength()];
            for (int g = 0; g < 4; g++) {
                spread(unequal, g, x, g == small ? 0.5 : 1);
            }
            Saliency saliency = new Saliency(unequal);
            saliency.observe(Vectors.sums(unequal, x, new float[x.length]));
            assertThat(saliency.ranking()[0]).isEqualTo(small);
        }
    }

    @Test
    void whatCannotBeMet_isRefusedInOneSentence() {
        assertThatThrownBy(() -> new H2spg(segments, new Target.GroupCount(7), DhspgSettings.forSgd(), schedule))
                .isInstanceOf(UnreachableTargetException.class)
                .hasMessage("Cannot reach target group count 7: at most 6 of 9 segments can leave, which keeps 0.3333"
                        + " (3 of 9); every output needs a path from an input on which each joint keeps an input, ask for"
                        + " less");
        assertThatThrownBy(() -> new H2spg(
                        segments(ToyNets.chain(true, 5, 4, 2)),
                        new Target.Groups(0.5),
                        DhspgSettings.forSgd(),
                        schedule))
                .isInstanceOf(UnreachableTargetException.class)
                .hasMessageStartingWith("Cannot reach target group sparsity 0.5: the network has no segments that could"
                        + " leave, give the network a chain of layers that feeds nothing but additions");
    }

    @Test
    void budgets_areMetWithinOneSegment_whateverTheRanking() {
        NetworkCost dense = segments.removal().cost();
        Removal all = segments.removal();
        for (int s = 0; s < segments.count(); s++) {
            if (all.canRemove(s)) {
                all.remove(s);
            }
        }
        for (long seed = 0; seed < 50; seed++) {
            int[] ranking = shuffled(segments.count(), seed);
            for (double share : new double[] {1, 0.8, 0.6, (double) all.cost().flops() / dense.flops()}) {
                Target target = new Target.Flops(share);
                boolean[] chosen = target.choose(ranking, segments);
                NetworkCost left = priced(segments, chosen);
                assertThat((double) left.flops()).isLessThanOrEqualTo(share * dense.flops());
                assertThat(segments.fault(chosen)).isEmpty();
            }
        }
    }

    @Test
    void withoutHierarchy_theSameRankingEndsInNoNetwork() {
        GroupSet unchecked = segments.unchecked();
        Dhspg plain = new Dhspg(unchecked, new Target.GroupCount(4), DhspgSettings.forSgd(), schedule);
        float[] x = run(plain, segments, 3, 4, 0, 1, 2, 5);

        assertThat(ZeroGroups.in(segments, x)).isEqualTo(flags(segments, 3, 4, 0, 1));
        assertThat(segments.fault(plain.zeroGroups())).contains("'stem2' would have no input left");
        assertThatThrownBy(() -> unchecked.without(plain.zeroGroups()))
                .hasMessageStartingWith("Cannot build the sub-network: ");
    }

    @Test
    void whatWasRefused_goesOnceItIsDeadCode() {
        // Two paths to the end; the second one has a stage inside, which must keep one while the path is alive.
        ErasableSegments paths = segments(ToyNets.twoPaths());
        assertThat(IntStream.range(0, paths.count()).mapToObj(paths::name))
                .containsExactly("first", "inner0", "inner1", "second");
        boolean[] chosen = new Target.GroupCount(3).choose(new int[] {1, 2, 3, 0}, paths);
        assertThat(chosen).isEqualTo(flags(paths, 1, 2, 3));
        assertThat(new Target.GroupCount(2).choose(new int[] {1, 2, 0, 3}, paths))
                .isEqualTo(flags(paths, 0, 1));
    }

    @Test
    void rankingsThatLeadNowhere_stillMeetTheTarget() {
        // Without the first path the second one must stay whole: only that order of three is possible.
        ErasableSegments paths = segments(ToyNets.twoPaths());
        assertThat(new Target.GroupCount(3).choose(new int[] {0, 1, 2, 3}, paths))
                .isEqualTo(flags(paths, 1, 2, 3));
    }

    @Test
    void aSegmentThatTakesTooMuchAlong_staysIfOthersMeetTheTarget() {
        // Five layers of six values; the second path's last layer takes the two inside along.
        ErasableSegments paths = segments(ToyNets.twoPaths());
        assertThat(new Target.Parameters(24).choose(new int[] {3, 0, 1, 2}, paths))
                .isEqualTo(flags(paths, 0));
        assertThat(new Target.Parameters(20).choose(new int[] {1, 3, 0, 2}, paths))
                .isEqualTo(flags(paths, 0, 1));
        assertThat(new Target.Parameters(12).choose(new int[] {3, 0, 1, 2}, paths))
                .as("nothing less will do")
                .isEqualTo(flags(paths, 3));
    }

    @Test
    void budgets_areNotExceededByMoreThanTheRankingOrWhatIsNeeded() {
        for (long seed = 0; seed < 60; seed++) {
            ErasableSegments some = seed % 2 == 0 ? segments : segments(ToyNets.twoPaths());
            int[] ranking = shuffled(some.count(), seed);
            Target target = new Target.Parameters(0.55 + 0.01 * (seed % 40));
            RankingWalk walk = new RankingWalk(some);
            boolean met = walk.along(ranking, target);
            long allowed = (long) target.allowed(some.removal().cost().parameters());

            boolean[] chosen = target.choose(ranking, some);

            long left = priced(some, chosen).parameters();
            assertThat(left).as("seed %d", seed).isLessThanOrEqualTo(allowed);
            if (met) {
                assertThat(left)
                        .as("seed %d", seed)
                        .isGreaterThanOrEqualTo(walk.result().left().parameters());
            }
            for (int back = 0; back < chosen.length; back++) {
                if (met && chosen[back] && left < 0.9 * allowed) {
                    boolean[] less = chosen.clone();
                    less[back] = false;
                    boolean enough =
                            some.fault(less).isEmpty() && priced(some, less).parameters() <= allowed;
                    assertThat(enough)
                            .as("seed %d: group %d need not go", seed, back)
                            .isFalse();
                }
            }
        }
    }

    /** Trains on nothing, with the given segments the smaller the earlier they are named, and returns the parameters. */
    private float[] run(Solver solver, ErasableSegments groups, int... smallFirst) {
        float[] x = new float[groups.graph().parameterLength()];
        for (int g = 0; g < groups.count(); g++) {
            int at = List.of(IntStream.of(smallFirst).boxed().toArray(Integer[]::new))
                    .indexOf(g);
            spread(groups, g, x, at < 0 ? 1 : 0.1 + 0.05 * at);
        }
        while (!solver.finished()) {
            solver.step(x, new float[x.length], RATE);
        }
        return x;
    }

    /** Gives a segment rows of the given norm, on the average. */
    private static void spread(ErasableSegments groups, int group, float[] x, double norm) {
        float[] marks = new float[x.length];
        Arrays.fill(marks, 1f);
        groups.trainable().clear(group, marks);
        double square = norm * norm * groups.measure(group) / groups.trainable().variables(group);
        for (int i = 0; i < x.length; i++) {
            x[i] = marks[i] == 0 ? (float) Math.sqrt(square) : x[i];
        }
    }

    /** What is left without some segments. */
    private static NetworkCost priced(ErasableSegments segments, boolean[] leaving) {
        Removal removal = segments.removal();
        IntStream.range(0, leaving.length).filter(s -> leaving[s]).forEach(removal::remove);
        return removal.cost();
    }

    private static boolean[] flags(ErasableSegments groups, int... set) {
        boolean[] flags = new boolean[groups.count()];
        for (int group : set) {
            flags[group] = true;
        }
        return flags;
    }

    private static int[] shuffled(int count, long seed) {
        List<Integer> order = new ArrayList<>(IntStream.range(0, count).boxed().toList());
        Collections.shuffle(order, new Random(seed));
        return order.stream().mapToInt(Integer::intValue).toArray();
    }

    private static ErasableSegments segments(TraceGraph graph) {
        return ErasableSegments.of(graph, GroupPartition.of(graph));
    }
}
