package io.halfspace.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;

/** What happens to executors while their driver lives: one attempt is enough. */
final class ExecutorFaults {
    private static final String LOST = "executor-lost";

    private ExecutorFaults() {}

    static void haltedInGradient(FaultRun run) throws Exception {
        run.faulty(FaultyExecutor.Kind.HALT, FaultyExecutor.GRADIENT, 15, 1, 0).ends(0);
        assertThat(run.seen(LOST)).isPositive();
    }

    static void haltedInEvaluation(FaultRun run) throws Exception {
        run.faulty(FaultyExecutor.Kind.HALT, "EvaluationRound", 3, 1, 0).ends(0);
        assertThat(run.seen(LOST)).isPositive();
    }

    static void haltedTwice(FaultRun run) throws Exception {
        run.set("spark.master", "local-cluster[1,1,1024]")
                .faulty(FaultyExecutor.Kind.HALT, FaultyExecutor.GRADIENT, 9, 2, 0)
                .ends(0);
        assertThat(run.seen(LOST)).isGreaterThanOrEqualTo(2);
    }

    static void killedInRound(FaultRun run) throws Exception {
        Process driver = run.faulty(FaultyExecutor.Kind.FREEZE, FaultyExecutor.GRADIENT, 10, 1, 5000)
                .start();
        run.await(
                driver,
                "an executor that stands still",
                () -> Files.exists(run.local("fault-0"))
                        && !Files.readString(run.local("fault-0")).isEmpty());
        long waiting = Long.parseLong(Files.readString(run.local("fault-0")));
        assertThat(Drivers.executors(driver)).anyMatch(executor -> executor.pid() == waiting);

        ProcessHandle.of(waiting).orElseThrow().destroyForcibly();

        run.ends(driver, 0);
        assertThat(run.seen(LOST)).isPositive();
        assertThat(run.seen("failed-task")).isPositive();
    }

    static void silent(FaultRun run) throws Exception {
        run.spark("spark.network.timeout", "10s")
                .spark("spark.network.timeoutInterval", "2s")
                .spark("spark.executor.heartbeatInterval", "2s")
                .faulty(FaultyExecutor.Kind.FREEZE, FaultyExecutor.GRADIENT, 10, 1, 600_000)
                .ends(0);
        assertThat(run.seen(LOST)).isPositive();
    }

    static void killedBetweenRounds(FaultRun run) throws Exception {
        Process driver = run.set("checkpoint.every", "1 steps").start();
        run.awaitSteps(driver, 10);
        ProcessHandle executor = Drivers.executors(driver).get(0);
        run.await(driver, "checkpoint that is being written", () -> run.hdfs().isBeingWritten(run.folder()));

        executor.destroyForcibly();

        run.ends(driver, 0);
        assertThat(run.seen(LOST)).isPositive();
    }

    static void allLost(FaultRun run) throws Exception {
        Process driver = run.start();
        for (int steps : new int[] {12, 32}) {
            run.awaitSteps(driver, steps);
            assertThat(Drivers.executors(driver)).hasSize(2).allMatch(ProcessHandle::destroyForcibly);
            run.await(
                    driver,
                    "two executors again",
                    () -> Drivers.executors(driver).size() == 2);
        }
        run.ends(driver, 0);
        assertThat(run.seen(LOST)).isGreaterThanOrEqualTo(4);
    }

    static void throwsOnce(FaultRun run) throws Exception {
        run.faulty(FaultyExecutor.Kind.FAIL, FaultyExecutor.GRADIENT, 15, 1, 0).ends(0);
        assertThat(run.seen("failed-task")).isEqualTo(1);
        assertThat(run.seen(LOST)).isZero();
    }

    static void straggler(FaultRun run) throws Exception {
        run.faulty(FaultyExecutor.Kind.FREEZE, FaultyExecutor.GRADIENT, 10, 3, 3000)
                .ends(0);
        assertThat(run.local("fault-2")).exists();
    }
}
