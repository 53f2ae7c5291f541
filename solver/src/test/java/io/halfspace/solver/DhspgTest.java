package io.halfspace.solver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.TraceGraph;
import io.halfspace.graph.ZeroGroups;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DhspgTest {
    private static final double RATE = 0.05;

    private final TraceGraph graph = ToyNets.chain(true, 5, 16, 9, 3);
    private final GroupPartition groups = GroupPartition.of(graph);
    private final Schedule schedule = Schedule.forRun(60);

    @RepeatedTest(10)
    void training_reachesTheTargetExactlyAndLearns(RepetitionInfo repetition) {
        TraceGraph toy = LinearNetwork.graph();
        GroupPartition toyGroups = GroupPartition.of(toy);
        Schedule run = Schedule.forRun(800);
        Solver solver = new Dhspg(toy, toyGroups, new Target.Groups(0.5), DhspgSettings.forSgd(), run);
        LinearNetwork network = new LinearNetwork(repetition.getCurrentRepetition());
        float[] x = LinearNetwork.start(repetition.getCurrentRepetition());
        float[] u = new float[x.length];
        double first = network.loss(x, u, 0.05f);
        double last = first;
        boolean[] before = solver.zeroGroups();
        for (int t = 0; t < 800; t++) {
            last = network.loss(x, u, 0.05f);
            StepReport report = solver.step(x, u, 0.05);
            boolean[] zero = solver.zeroGroups();
            for (int g = 0; g < zero.length; g++) {
                assertThat(before[g] && !zero[g]).as("a zero group came back").isFalse();
                assertThat(zero[g] && !toyGroups.trainable().isZero(g, x)).isFalse();
            }
            before = zero;
            assertThat(report.step()).isEqualTo(t);
            assertThat(report.zeroGroups()).isEqualTo(count(zero));
            if (t >= run.frozenAt() - 1) {
                assertThat(solver.finished()).isTrue();
                assertThat(count(zero)).isEqualTo(6);
                assertThat(ZeroGroups.in(toyGroups, x)).isEqualTo(zero);
            }
        }
        assertThat(last).isLessThan(0.25 * first);
    }

    @Test
    void everywhereOutsideTheChosenGroups_theStepIsPlain() {
        Dhspg solver = solver(new Parts(1));
        float[] x = random(1);
        for (int t = 0; t < schedule.totalSteps(); t++) {
            float[] u = random(100 + t);
            BitSet special = positions(solver.state().targeted());
            float[] old = x.clone();
            solver.step(x, u, RATE);
            for (int i = 0; i < x.length; i++) {
                if (!special.get(i)) {
                    assertThat(Float.floatToRawIntBits(x[i])).isEqualTo(Float.floatToRawIntBits(old[i] - u[i]));
                }
            }
        }
        assertThat(solver.finished()).isTrue();
    }

    @Test
    void chosenGroups_takeThePenalisedStepOrBecomeZero() {
        Dhspg solver = solver(new Parts(1));
        float[] x = random(1);
        GroupSums sums = new GroupSums(groups.trainable());
        int projected = 0;
        double[] chosenNorm = new double[groups.count()];
        for (int t = 0; t < schedule.closingStart(); t++) {
            float[] u = random(100 + t);
            SolverState state = solver.state();
            float[] old = x.clone();
            StepReport report = solver.step(x, u, RATE);
            for (int g = 0; g < groups.count(); g++) {
                if (!state.targeted()[g] || state.zero()[g]) {
                    continue;
                }
                sums.sum(g, old, u);
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

    @Test
    void groupsThatAreZeroAlready_areTakenFirstAndStay() {
        Dhspg solver = solver(new Parts(1));
        float[] x = random(1);
        groups.trainable().clear(7, x);
        while (solver.phase() == Phase.WARM_UP) {
            solver.step(x, new float[x.length], RATE);
        }
        solver.step(x, random(2), RATE);
        assertThat(solver.zeroGroups()[7]).isTrue();
        assertThat(groups.trainable().isZero(7, x)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 16, 1000})
    void anyNumberOfParts_givesTheSameBits(int parts) {
        Dhspg one = solver(new Parts(1));
        Dhspg other = solver(new Parts(parts));
        float[] x = random(1);
        float[] y = x.clone();
        for (int t = 0; t < schedule.totalSteps(); t++) {
            assertThat(other.step(y, random(t), RATE)).isEqualTo(one.step(x, random(t), RATE));
            assertThat(Arrays.equals(x, y)).isTrue();
        }
    }

    @Test
    void restoredAtAnyStep_goesOnWithTheSameBits() {
        for (int stop = 0; stop < schedule.totalSteps(); stop++) {
            Dhspg whole = solver(new Parts(1));
            Dhspg resumed = solver(new Parts(1));
            float[] x = random(1);
            for (int t = 0; t < stop; t++) {
                whole.step(x, random(t), RATE);
            }
            resumed.restore(whole.state());
            float[] y = x.clone();
            for (int t = stop; t < schedule.totalSteps(); t++) {
                assertThat(resumed.step(y, random(t), RATE)).isEqualTo(whole.step(x, random(t), RATE));
            }
            assertThat(Arrays.equals(x, y)).isTrue();
        }
    }

    @Test
    void nothingAsked_isPlainTraining() {
        Dhspg solver = new Dhspg(graph, groups, new Target.Parameters(1), DhspgSettings.forAdam(), schedule);
        float[] x = random(1);
        while (solver.phase() == Phase.WARM_UP) {
            solver.step(x, random(2), RATE);
        }
        assertThat(solver.finished()).isTrue();
        assertThat(solver.step(x, random(3), RATE).targetedGroups()).isZero();
    }

    @Test
    void faults_areRefusedBeforeTheFirstStep() {
        assertThatThrownBy(() -> new Dhspg(graph, groups, new Target.Groups(1), DhspgSettings.forSgd(), schedule))
                .isInstanceOf(UnreachableTargetException.class);
        assertThatThrownBy(() -> solver(new Parts(1)).step(new float[3], random(1), RATE))
                .hasMessage("Cannot step: parameters has 3 values, the network has " + graph.parameterLength());
        assertThatThrownBy(() -> solver(new Parts(1))
                        .restore(new SolverState(1, new double[0], new boolean[2], new boolean[2], new double[2])))
                .hasMessage("Cannot go on from a state of 2 groups: the network has 25");
    }

    private Dhspg withoutProjection() {
        return new Dhspg(graph, groups, new Target.GroupCount(13), new DhspgSettings(1e-3, 2, 0), schedule);
    }

    private Dhspg solver(Parts parts) {
        return new Dhspg(graph, groups, new Target.GroupCount(13), DhspgSettings.forSgd(), schedule, parts);
    }

    private float[] random(long seed) {
        Random random = new Random(seed);
        float[] values = new float[graph.parameterLength()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian() * (seed == 1 ? 1 : 0.1f);
        }
        return values;
    }

    private BitSet positions(boolean[] chosen) {
        float[] marks = new float[graph.parameterLength()];
        Arrays.fill(marks, 1f);
        for (int g = 0; g < chosen.length; g++) {
            if (chosen[g]) {
                groups.trainable().clear(g, marks);
            }
        }
        BitSet positions = new BitSet();
        for (int i = 0; i < marks.length; i++) {
            positions.set(i, marks[i] == 0f);
        }
        return positions;
    }

    private static int count(boolean[] flags) {
        int count = 0;
        for (boolean flag : flags) {
            count += flag ? 1 : 0;
        }
        return count;
    }
}
