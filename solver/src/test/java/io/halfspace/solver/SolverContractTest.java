package io.halfspace.solver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.halfspace.graph.ChannelSlices;
import io.halfspace.graph.GroupSet;
import io.halfspace.graph.ZeroGroups;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every solver promises. */
final class SolverContractTest {
    /** The report has 72 bytes; the rest is for what the common pool allocates when its threads come and go. */
    private static final long REPORT_BYTES = 128;

    private static final float RATE = 0.05f;

    private final Schedule schedule = Schedule.forRun(60);
    private final Target target = new Target.GroupCount(13);

    @ParameterizedTest
    @EnumSource
    void training_reachesTheTargetExactlyAtTheKnownStepAndLearns(AnySolver kind) {
        GroupSet groups = kind.trainable();
        Schedule run = Schedule.forRun(800);
        for (long seed = 1; seed <= 10; seed++) {
            Solver solver = kind.make(groups, new Target.Groups(0.5), run, new Parts(1));
            LeastSquares network = kind.network(seed);
            float[] x = network.start(seed);
            float[] u = new float[x.length];
            double first = network.loss(x, u, RATE);
            double last = first;
            for (int t = 0; t < 800; t++) {
                last = network.loss(x, u, RATE);
                StepReport report = solver.step(x, u, RATE);
                assertThat(report.step()).isEqualTo(t);
                assertThat(report.zeroGroups()).isEqualTo(Vectors.count(solver.zeroGroups()));
                if (t >= run.frozenAt() - 1) {
                    assertThat(solver.finished()).isTrue();
                    assertThat(report.zeroGroups()).isEqualTo(6);
                    assertThat(ZeroGroups.in(groups, x)).isEqualTo(solver.zeroGroups());
                }
            }
            assertThat(last).as("seed %d", seed).isLessThan(0.25 * first);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyTarget_isMetAtTheKnownStepWhateverTheUpdates(AnySolver kind) {
        GroupSet groups = kind.groups();
        for (int count = 0; count <= groups.count() - 2; count++) {
            Solver solver = kind.make(groups, new Target.GroupCount(count), schedule, new Parts(1));
            float[] x = start(groups);
            while (solver.stepsTaken() < schedule.frozenAt()) {
                solver.step(x, update(groups, solver.stepsTaken()), RATE);
            }
            assertThat(solver.finished()).isTrue();
            assertThat(ZeroGroups.in(groups, x)).isEqualTo(solver.zeroGroups());
            assertThat(Vectors.count(solver.zeroGroups())).isEqualTo(count);
        }
    }

    @ParameterizedTest
    @EnumSource
    void zeroGroups_stayZero(AnySolver kind) {
        GroupSet groups = kind.groups();
        Solver solver = solver(kind, groups, new Parts(1));
        float[] x = start(groups);
        boolean[] before = solver.zeroGroups();
        while (solver.stepsTaken() < schedule.totalSteps()) {
            solver.step(x, update(groups, solver.stepsTaken()), RATE);
            boolean[] zero = solver.zeroGroups();
            for (int g = 0; g < zero.length; g++) {
                assertThat(before[g] && !zero[g]).as("a zero group came back").isFalse();
                assertThat(zero[g] && !groups.trainable().isZero(g, x)).isFalse();
            }
            before = zero;
        }
    }

    @ParameterizedTest
    @EnumSource
    void everywhereOutsideTheChosenGroups_theStepIsPlain(AnySolver kind) {
        GroupSet groups = kind.groups();
        Solver solver = solver(kind, groups, new Parts(1));
        float[] x = start(groups);
        while (solver.stepsTaken() < schedule.totalSteps()) {
            float[] u = update(groups, solver.stepsTaken());
            BitSet chosen = Vectors.positions(groups, solver.state().targeted(), x.length);
            assertThat(chosen.intersects(statistics(groups))).isFalse();
            float[] old = x.clone();
            solver.step(x, u, RATE);
            for (int i = chosen.nextClearBit(0); i < x.length; i = chosen.nextClearBit(i + 1)) {
                assertThat(Float.floatToRawIntBits(x[i])).isEqualTo(Float.floatToRawIntBits(old[i] - u[i]));
            }
        }
        assertThat(solver.finished()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void groupsThatAreZeroAlready_areTakenFirstAndStay(AnySolver kind) {
        GroupSet groups = kind.groups();
        Solver solver = solver(kind, groups, new Parts(1));
        float[] x = start(groups);
        groups.trainable().clear(7, x);
        while (solver.phase() == Phase.WARM_UP) {
            solver.step(x, new float[x.length], RATE);
        }
        solver.step(x, update(groups, 2), RATE);
        assertThat(solver.zeroGroups()[7]).isTrue();
        assertThat(groups.trainable().isZero(7, x)).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void anyNumberOfParts_givesTheSameBits(AnySolver kind) {
        GroupSet groups = kind.groups();
        for (int parts : new int[] {1, 2, 3, 16, 1000}) {
            Solver one = solver(kind, groups, new Parts(1));
            Solver other = solver(kind, groups, new Parts(parts));
            float[] x = start(groups);
            float[] y = x.clone();
            for (int t = 0; t < schedule.totalSteps(); t++) {
                assertThat(other.step(y, update(groups, t), RATE)).isEqualTo(one.step(x, update(groups, t), RATE));
                assertThat(Arrays.equals(x, y)).isTrue();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anyNumberOfParts_givesTheSameBitsForLargeGroups(AnySolver kind) {
        GroupSet large = kind.large();
        Schedule run = Schedule.forRun(20);
        Target most = new Target.GroupCount(large.count() - 2);
        Solver one = kind.make(large, most, run, new Parts(1));
        Solver other = kind.make(large, most, run, new Parts(7));
        float[] x = Vectors.random(large.graph().parameterLength(), 1, 1);
        float[] y = x.clone();
        float[] u = Vectors.random(x.length, 2, 0.1f);
        for (int t = 0; t < run.totalSteps(); t++) {
            assertThat(other.step(y, u, RATE)).isEqualTo(one.step(x, u, RATE));
            assertThat(Arrays.equals(x, y)).isTrue();
        }
        assertThat(one.finished()).isTrue();
        assertThat(ZeroGroups.in(large, x)).isEqualTo(one.zeroGroups());
    }

    /** Until the code is compiled, vectors are allocated too; a busy machine takes its time to compile. */
    @ParameterizedTest
    @EnumSource
    void aStepOnceCompiled_allocatesNoMoreThanItsReport(AnySolver kind) {
        for (int parts : new int[] {1, 4}) {
            long most = Long.MAX_VALUE;
            long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
            while (most > REPORT_BYTES && System.nanoTime() < end) {
                most = mostAllocatedInAPhase(kind, parts);
            }
            assertThat(most).as("%d parts", parts).isLessThanOrEqualTo(REPORT_BYTES);
        }
    }

    private long mostAllocatedInAPhase(AnySolver kind, int parts) {
        GroupSet groups = kind.groups();
        Schedule run = new Schedule(6000, 2000, 1000, 2500, 4000, 6000);
        Solver solver = kind.make(groups, target, run, new Parts(parts));
        float[] x = start(groups);
        float[] still = new float[x.length];
        ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long most = 0;
        for (int begin : new int[] {0, 1000, 2001, 4000}) {
            while (solver.stepsTaken() < begin) {
                solver.step(x, still, RATE);
            }
            long before = thread.getCurrentThreadAllocatedBytes();
            for (int t = 0; t < 900; t++) {
                solver.step(x, still, RATE);
            }
            most = Math.max(most, (thread.getCurrentThreadAllocatedBytes() - before) / 900);
        }
        return most;
    }

    @ParameterizedTest
    @EnumSource
    void restoredAtAnyStep_goesOnWithTheSameBits(AnySolver kind) {
        GroupSet groups = kind.groups();
        for (int stop = 0; stop < schedule.totalSteps(); stop++) {
            Solver whole = solver(kind, groups, new Parts(1));
            Solver resumed = solver(kind, groups, new Parts(1));
            float[] x = start(groups);
            for (int t = 0; t < stop; t++) {
                whole.step(x, update(groups, t), RATE);
            }
            resumed.restore(whole.state());
            float[] y = x.clone();
            for (int t = stop; t < schedule.totalSteps(); t++) {
                assertThat(resumed.step(y, update(groups, t), RATE)).isEqualTo(whole.step(x, update(groups, t), RATE));
            }
            assertThat(Arrays.equals(x, y)).as("stopped at step %d", stop).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingAsked_isPlainTraining(AnySolver kind) {
        GroupSet groups = kind.groups();
        Solver solver = kind.make(groups, new Target.Parameters(1), schedule, new Parts(1));
        float[] x = start(groups);
        while (solver.phase() == Phase.WARM_UP) {
            solver.step(x, update(groups, 2), RATE);
        }
        assertThat(solver.finished()).isTrue();
        assertThat(solver.step(x, update(groups, 3), RATE).targetedGroups()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void faults_areRefusedBeforeTheFirstStep(AnySolver kind) {
        GroupSet groups = kind.groups();
        assertThatThrownBy(() -> kind.make(groups, new Target.Groups(1), schedule, new Parts(1)))
                .isInstanceOf(UnreachableTargetException.class);
        assertThatThrownBy(() -> solver(kind, groups, new Parts(1)).step(new float[3], start(groups), RATE))
                .hasMessage("Cannot step: parameters has 3 values, the network has "
                        + groups.graph().parameterLength());
        assertThatThrownBy(() -> solver(kind, groups, new Parts(1))
                        .restore(new SolverState(1, new double[0], new boolean[2], new boolean[2], new double[2])))
                .hasMessage("Cannot go on from a state of 2 groups: the network has 25");
    }

    private Solver solver(AnySolver kind, GroupSet groups, Parts parts) {
        return kind.make(groups, target, schedule, parts);
    }

    private static float[] start(GroupSet groups) {
        return Vectors.random(groups.graph().parameterLength(), 1, 1);
    }

    private static float[] update(GroupSet groups, int step) {
        return Vectors.random(groups.graph().parameterLength(), 100 + step, 0.1f);
    }

    private static BitSet statistics(GroupSet groups) {
        BitSet positions = new BitSet();
        groups.graph()
                .vertices()
                .forEach(vertex -> vertex.operation().slices().stream()
                        .filter(slices -> slices.role() == ChannelSlices.Role.STATISTIC)
                        .forEach(slices -> positions.set(slices.base(), slices.base() + vertex.channels())));
        assertThat(positions.cardinality()).isPositive();
        return positions;
    }
}
