package io.halfspace.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A cluster that does not do what it is asked for does not keep the driver waiting: one sentence, exit code 75. */
@Timeout(180)
final class StuckClusterTest {
    /** A step is a job of its own, with its own description. */
    private static final String BY_JOBS = "spark.standing-tasks=false";

    @TempDir
    private Path parent;

    @Test
    @Tag("slow")
    @SuppressWarnings("try")
    void taskThatHangs_endsTheRun_whichGoesOnFromItsCheckpoint() throws Exception {
        Path run = parent.resolve("run");
        try (ShippedJars settings = new ShippedJars()) {
            settings.set("spark.plugins", SleepyTasks.class.getName())
                    .set(SleepyTasks.WHAT, "the gradient of step 3 of epoch 2");

            Commands stuck = compress(run, "local[2]", "spark.step-timeout=10 seconds", BY_JOBS);

            assertThat(stuck.err())
                    .startsWith(
                            "Cannot finish the gradient of step 3 of epoch 2: nothing has come back for 10 seconds, 3 done before, still at work shard 1 on the driver, and none has failed;");
            assertThat(stuck.exitCode()).isEqualTo(75);
            assertThat(Commands.result(run).at("/error").asText())
                    .isEqualTo(stuck.err().strip());
        }
        assertThat(Commands.checkpointed(run))
                .as("the last step that was taken")
                .isEqualTo(22);
        Commands again = compress(run, "local[2]", "spark.step-timeout=5 minutes");
        assertThat(again.exitCode()).as(again.err()).isZero();
    }

    @Test
    @Tag("slow")
    @SuppressWarnings("try")
    void standingTaskThatDoesNotBegin_isGivenUp_andJobsGoOn() throws Exception {
        Path run = parent.resolve("run");
        try (ShippedJars settings = new ShippedJars()) {
            settings.set("spark.plugins", SleepyTasks.class.getName())
                    .set(SleepyTasks.WHAT, "tasks that stand by from step 2 of epoch 1 on");
            Commands stuck = compress(run, "local[2]", "spark.step-timeout=2 minutes");

            assertThat(stuck.exitCode()).as(stuck.err()).isZero();
        }
    }

    @ParameterizedTest
    @Tag("slow")
    @CsvSource({"at the end of a stage, 0.2, 8", "at the end of an epoch, 0.5, 20"})
    @SuppressWarnings("try")
    void evaluationThatFails_losesNoStep_andIsMadeUpFor(String where, double warmUp, long step) throws Exception {
        String solver = "solver={warm-up: %s, frozen-at: 0.6}".formatted(warmUp);
        Path undisturbed = parent.resolve("undisturbed");
        assertThat(compress(undisturbed, "local[2]", solver).exitCode()).isZero();
        Path run = parent.resolve("run");
        String seldom = "checkpoint.every=1000 steps";
        try (ShippedJars settings = new ShippedJars()) {
            settings.set("spark.plugins", SleepyTasks.class.getName()).set(SleepyTasks.WHAT, "the evaluation");

            Commands stuck = compress(run, "local[2]", solver, seldom, "spark.step-timeout=10 seconds");

            assertThat(stuck.err()).startsWith("Cannot finish the evaluation: nothing has come back for 10 seconds");
            assertThat(stuck.exitCode()).isEqualTo(75);
        }
        assertThat(Commands.checkpointed(run)).as(where).isEqualTo(step);

        Commands again = compress(run, "local[2]", solver, seldom);

        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(run.resolve("model.zip")).hasSameBinaryContentAs(undisturbed.resolve("model.zip"));
        assertThat(Commands.result(run).at("/history")).hasSize(2);
    }

    @Test
    @SuppressWarnings("try")
    void clusterWithoutRoom_endsTheRun() throws Exception {
        try (ShippedJars settings = new ShippedJars()) {
            // A worker has one core, an executor wants two.
            settings.set("spark.executor.cores", "2");

            Commands run = compress(parent.resolve("run"), "local-cluster[1,1,1024]", "spark.start-timeout=5 seconds");

            assertThat(run.err())
                    .startsWith(
                            "Cannot finish the data: no executor has taken a task of it for 5 seconds, found 0 executors, expected at least one with 2 cores and 1g of memory;");
            assertThat(run.exitCode()).isEqualTo(75);
        }
    }

    @Test
    @Tag("slow")
    @SuppressWarnings("try")
    void executorThatDiesEachTime_isNamedWithWhatItDiedOf() throws Exception {
        Path run = parent.resolve("run");
        String tests = SleepyTasks.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath();
        try (ShippedJars settings = new ShippedJars()) {
            settings.set(
                            "spark.executor.extraClassPath",
                            System.getProperty("spark.executor.extraClassPath") + ":" + tests)
                    .set("spark.plugins", SleepyTasks.class.getName())
                    .set(SleepyTasks.WHAT, "the gradient of step 2 of epoch 1")
                    .set(SleepyTasks.DIES, "137")
                    .set("spark.task.maxFailures", "2");

            Commands dead = compress(run, "local-cluster[2,1,1024]", "spark.step-timeout=2 minutes", BY_JOBS);

            assertThat(dead.err())
                    .containsPattern(
                            "(?m)^Cannot finish the gradient of step 2 of epoch 1: shard 1 failed 2 times, last on executor \\d on host [^ ,]+, the executor was lost: Command exited with code 137 \\(killed: ");
            assertThat(dead.exitCode()).isEqualTo(75);
        }
        assertThat(Commands.checkpointed(run)).isEqualTo(1);
    }

    @Test
    @Tag("slow")
    void masterThatDoesNotAnswer_endsTheRun() throws Exception {
        Path output = parent.resolve("driver.log");
        try (ServerSocket silent = new ServerSocket(0)) {
            List<String> arguments = arguments(
                    parent.resolve("run"),
                    "spark://localhost:" + silent.getLocalPort(),
                    "spark.start-timeout=5 seconds");

            int exitCode = Drivers.end(Drivers.start(output, List.of(), Map.of(), arguments), output);

            assertThat(Files.readString(output))
                    .contains("Cannot open Spark on master 'spark://localhost:%d': it has not answered for 5 seconds"
                            .formatted(silent.getLocalPort()));
            assertThat(exitCode).isEqualTo(75);
        }
    }

    private static Commands compress(Path run, String master, String... more) throws IOException {
        return Commands.run(arguments(run, master, more).toArray(String[]::new));
    }

    private static List<String> arguments(Path run, String master, String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("compress", Commands.DIGITS_JOB.toString(), "--out", run.toString()));
        List<String> settings = new ArrayList<>(List.of(
                "training.epochs=2",
                "training.baseline=false",
                "solver={warm-up: 0.2, frozen-at: 0.6}",
                "spark.master=" + master));
        settings.addAll(List.of(more));
        settings.forEach(setting -> arguments.addAll(List.of("--set", setting)));
        return arguments;
    }
}
