package io.halfspace.solver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.TraceGraph;
import io.halfspace.graph.ZeroGroups;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

final class DhspgTest {
    private static final double RATE = 0.05;

    private final TraceGraph graph = ToyNets.chain(true, 5, 16, 9, 3);
    private final GroupPartition groups = GroupPartition.of(graph);
    private final Schedule schedule = Schedule.forRun(60);

    @Test
    void chosenGroups_takeThePenalisedStepOrBecomeZero() {
        Dhspg solver = new Dhspg(groups, new Target.GroupCount(13), DhspgSettings.forSgd(), schedule);
        float[] x = random(1);
        int projected = 0;
        double[] chosenNorm = new double[groups.count()];
        for (int t = 0; t < schedule.closingStart(); t++) {
            float[] u = random(100 + t);
            SolverState state = solver.state();
            float[] old = x.clone();
            StepReport report = solver.step(x, u, RATE);
            GroupSums sums = Vectors.sums(groups, old, u);
            for (int g = 0; g < groups.count(); g++) {
                if (!state.targeted()[g] || state.zero()[g]) {
                    continue;
                }
                if (t == schedule.warmUpSteps()) {
                    chosenNorm[g] = Math.sqrt(sums.xx(g));
                }
                double least = Math.max(RATE * 1e-3, chosenNorm[g] / (schedule.frozenAt() - schedule.warmUpSteps()));
                double mu = Penalty.choose(sums.xx(g), sums.uu(g), sums.xu(g), least, 2);
                boolean zero =
                        t >= schedule.projectionStart() && Penalty.leavesHalfSpace(sums.xx(g), sums.xu(g), mu, 0.95);
                assertThat(solver.zeroGroups()[g]).isEqualTo(zero);
                projected += zero ? 1 : 0;
                boolean[] one = new boolean[groups.count()];
                one[g] = true;
                double pull = mu / Math.sqrt(sums.xx(g));
                float[] now = x;
                positions(one).stream()
                        .forEach(i -> assertThat(now[i])
                                .isCloseTo(zero ? 0f : (float) (old[i] - u[i] - pull * old[i]), within(1e-6f)));
                assertThat(mu / RATE).isBetween(report.lambdaMin() * (1 - 1e-12), report.lambdaMax() * (1 + 1e-12));
            }
        }
        assertThat(projected).isPositive();
    }

    @Test
    void groupsThatNothingMoves_shrinkLinearlyToZero() {
        Dhspg solver = withoutProjection();
        float[] x = random(1);
        float[] still = new float[x.length];
        while (solver.stepsTaken() < schedule.closingStart()) {
            solver.step(x, still, 0);
        }
        float[] start = x.clone();
        BitSet chosen = positions(solver.state().targeted());
        int length = schedule.frozenAt() - schedule.closingStart();
        for (int t = 1; t <= length; t++) {
            assertThat(solver.phase()).isEqualTo(Phase.CLOSING);
            solver.step(x, still, 0);
            for (int i = chosen.nextSetBit(0); i >= 0; i = chosen.nextSetBit(i + 1)) {
                float expected = start[i] * (length - t) / length;
                assertThat(x[i]).isCloseTo(expected, within(1e-5f));
            }
        }
        assertThat(solver.phase()).isEqualTo(Phase.FROZEN);
        assertThat(ZeroGroups.in(groups, x)).isEqualTo(solver.zeroGroups());
    }

    @Test
    void shrinkingGroups_takeNoUpdate() {
        Dhspg solver = withoutProjection();
        float[] x = random(1);
        while (solver.stepsTaken() < schedule.closingStart()) {
            solver.step(x, new float[x.length], 0);
        }
        float[] old = x.clone();
        BitSet chosen = positions(solver.state().targeted());
        int length = schedule.frozenAt() - schedule.closingStart();
        solver.step(x, random(2), RATE);
        for (int i = chosen.nextSetBit(0); i >= 0; i = chosen.nextSetBit(i + 1)) {
            assertThat(x[i]).isCloseTo(old[i] * (length - 1) / length, within(1e-6f));
        }
    }

    private Dhspg withoutProjection() {
        return new Dhspg(groups, new Target.GroupCount(13), new DhspgSettings(1e-3, 2, 0), schedule);
    }

    private float[] random(long seed) {
        return Vectors.random(graph.parameterLength(), seed, seed == 1 ? 1 : 0.1f);
    }

    private BitSet positions(boolean[] chosen) {
        return Vectors.positions(groups, chosen, graph.parameterLength());
    }
}
