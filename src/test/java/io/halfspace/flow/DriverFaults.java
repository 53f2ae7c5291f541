package io.halfspace.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** What happens to drivers: the next attempt, by the same command, goes on. */
final class DriverFaults {
    private static final int STEPS_BEFORE = 20;

    private DriverFaults() {}

    static void killed(FaultRun run) throws Exception {
        Process driver = run.start();
        run.awaitSteps(driver, STEPS_BEFORE);
        List<ProcessHandle> executors = Drivers.executors(driver);
        assertThat(executors).hasSize(2);

        driver.destroyForcibly().waitFor();

        for (ProcessHandle executor : executors) {
            executor.onExit().get(1, TimeUnit.MINUTES);
        }
        run.ends(0);
        run.wentOn();
    }

    static void terminated(FaultRun run) throws Exception {
        terminated(run, 1000);
    }

    /** The step is not waited for as long as the executor stands still. */
    static void terminatedInAStepThatHangs(FaultRun run) throws Exception {
        terminated(run, 60_000);
    }

    private static void terminated(FaultRun run, long standsStillMillis) throws Exception {
        Process driver = run.set("checkpoint.every", "1000 steps")
                .faulty(FaultyExecutor.Kind.FREEZE, FaultyExecutor.GRADIENT, STEPS_BEFORE, 1, standsStillMillis)
                .start();
        // Far from any checkpoint that is due.
        run.await(driver, "an executor that stands still", () -> java.nio.file.Files.exists(run.local("fault-0")));

        driver.destroy();

        run.ends(driver, 143);
        assertThat(run.printed()).contains("Stopped after step ").contains("the same command goes on from");
        assertThat(run.hdfs().checkpointed(run.folder())).isPositive();
        assertThat(run.text("result.json")).contains("143");
        run.ends(0);
        run.wentOn();
    }

    static void second(FaultRun run) throws Exception {
        Process first = slowly(run).start();
        run.awaitSteps(first, 4);

        run.ends(75);

        assertThat(run.printed())
                .contains("Cannot take the run: another driver is at work on it (process " + first.pid());
        run.ends(first, 0);
    }

    static void frozen(FaultRun run) throws Exception {
        // However long it is frozen, its own Spark must not give it up first.
        Process first = slowly(run).spark("spark.network.timeout", "1h").start();
        run.awaitSteps(first, 8);
        signal(first, "STOP");

        run.ends(0);
        byte[] result = run.hdfs().read(new org.apache.hadoop.fs.Path(run.folder(), "result.json"));
        signal(first, "CONT");

        run.ends(first, 75);
        assertThat(run.printed()).contains("another driver has taken it over");
        assertThat(run.hdfs().read(new org.apache.hadoop.fs.Path(run.folder(), "result.json")))
                .isEqualTo(result);
    }

    /** Long enough for a second driver to look at the first for a while. */
    private static FaultRun slowly(FaultRun run) {
        return run.set("spark.master", "local[2]")
                .set("spark.standing-tasks", "false")
                .faulty(FaultyExecutor.Kind.WAIT, FaultyExecutor.GRADIENT, 0, Integer.MAX_VALUE, 300);
    }

    private static void signal(Process process, String name) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }
}
