package io.halfspace.solver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.TraceGraph;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HessoTest {
    private static final double RATE = 0.05;

    private final TraceGraph graph = ToyNets.chain(true, 5, 16, 9, 3);
    private final GroupPartition groups = GroupPartition.of(graph);

    /** Warm-up 12 steps, everything zero after 32: four periods of five steps for twelve groups. */
    private final Schedule schedule = new Schedule(60, 12, 6, 12, 12, 32);

    @Test
    void eachPeriod_takesTheNextShareOfTheRankingToZero() {
        Hesso solver = solver(4);
        float[] x = afterWarmUp(solver);
        double[] saliency = solver.state().saliency();
        boolean[] targeted = solver.state().targeted();
        List<Integer> order = IntStream.range(0, groups.count())
                .boxed()
                .filter(g -> targeted[g])
                .sorted(Comparator.comparingDouble((Integer g) -> -saliency[g]))
                .toList();
        for (int t = 12; t < 32; t++) {
            StepReport report = solver.step(x, random(t, 0.1f), RATE);
            int done = (t - 12 + 1) / 5;
            assertThat(report.phase()).isEqualTo(Phase.CLOSING);
            assertThat(report.zeroGroups()).isEqualTo(3 * done);
            boolean[] zero = solver.zeroGroups();
            assertThat(order.subList(0, 3 * done)).allMatch(g -> zero[g]);
        }
        assertThat(solver.phase()).isEqualTo(Phase.FROZEN);
    }

    @Test
    void theShareOfAPeriod_shrinksLinearly_andTheOthersTakeThePlainStep() {
        Hesso solver = solver(4);
        float[] x = afterWarmUp(solver);
        float[] start = x.clone();
        float[] trained = x.clone();
        BitSet fading = new BitSet();
        for (int t = 0; t < 5; t++) {
            float[] u = random(50 + t, 0.1f);
            solver.step(x, u, RATE);
            IntStream.range(0, x.length).forEach(i -> trained[i] -= u[i]);
            float left = (5f - t - 1) / 5;
            if (t == 0) {
                IntStream.range(0, x.length).filter(i -> x[i] != trained[i]).forEach(fading::set);
            }
            for (int i = 0; i < x.length; i++) {
                assertThat(x[i]).isCloseTo(fading.get(i) ? start[i] * left : trained[i], within(1e-6f));
            }
        }
        assertThat(fading).isEqualTo(Vectors.positions(groups, solver.zeroGroups(), x.length));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7, 12, 20, 21, 1000})
    void anyNumberOfPeriods_endsAtTheSameStep(int periods) {
        Hesso solver = solver(periods);
        float[] x = afterWarmUp(solver);
        while (solver.stepsTaken() < 31) {
            solver.step(x, random(solver.stepsTaken(), 0.1f), RATE);
        }
        assertThat(solver.finished()).isFalse();
        assertThat(solver.step(x, random(31, 0.1f), RATE).zeroGroups()).isEqualTo(12);
        assertThat(solver.finished()).isTrue();
    }

    @Test
    void noPeriod_isRefused() {
        assertThatThrownBy(() -> solver(0)).hasMessage("Invalid periods: 0, expected at least 1");
    }

    private Hesso solver(int periods) {
        return new Hesso(groups, new Target.GroupCount(12), periods, schedule, new Parts(1));
    }

    private float[] afterWarmUp(Hesso solver) {
        float[] x = random(1, 1);
        while (solver.phase() == Phase.WARM_UP) {
            solver.step(x, random(solver.stepsTaken(), 0.1f), RATE);
        }
        assertThat(Arrays.stream(solver.state().saliency()).distinct().count()).isEqualTo(groups.count());
        return x;
    }

    private float[] random(long seed, float scale) {
        return Vectors.random(graph.parameterLength(), seed, scale);
    }
}
