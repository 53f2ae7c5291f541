package io.halfspace.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A driver that is killed at random moments and started again by the same command ends with the bits of one that was not
 * killed: model and step log.
 */
final class KilledDriverTest {
    @TempDir
    private static Path folder;

    private static long seed;

    @BeforeAll
    static void seed() {
        seed = Long.getLong("kill.seed", System.nanoTime());
        System.out.printf("kills are drawn with -Dkill.seed=%d%n", seed);
    }

    @ParameterizedTest
    @CsvSource({"erase-then-prune, 2"})
    void aKilledRun_endsWithTheSameBits(String mode, int kills) throws Exception {
        killed(mode, kills);
    }

    @ParameterizedTest
    @Tag("slow")
    @CsvSource({"prune, 15", "erase, 5", "erase-then-prune, 15"})
    void aRunKilledManyTimes_endsWithTheSameBits(String mode, int kills) throws Exception {
        killed(mode, kills);
    }

    @Test
    void aRunThatIsAskedToEnd_keepsItsLastStepAndSaysSo() throws Exception {
        Path run = folder.resolve("stopped");
        Path output = folder.resolve("stopped.log");
        Process driver = Drivers.start(output, job("prune", run, "checkpoint.every=1000 steps"));
        awaitSteps(driver, output);

        driver.destroy();

        assertThat(Drivers.end(driver, output)).isEqualTo(143);
        assertThat(Files.readString(output)).contains("Stopped after step ").contains("the same command goes on from");
        assertThat(Drivers.checkpointed(run)).isPositive();
        assertThat(Commands.result(run).at("/exitCode").asInt()).isEqualTo(143);
    }

    private void killed(String mode, int kills) throws Exception {
        Path whole = folder.resolve(mode + "-whole");
        Path output = folder.resolve(mode + ".log");
        assertThat(Drivers.end(Drivers.start(output, job(mode, whole, "checkpoint.every=7 steps")), output))
                .as(Files.readString(output))
                .isZero();
        Path interrupted = Files.createTempDirectory(folder, mode + "-killed");
        List<String> job = job(mode, interrupted, "checkpoint.every=7 steps");
        Random random = new Random(seed);
        List<Long> reached = new ArrayList<>();
        for (int kill = 0; kill < kills; kill++) {
            Process driver = Drivers.start(output, job);
            long before = Drivers.checkpointed(interrupted);
            // Somewhere in the middle of what is still to do: after the next checkpoints, or while one is written.
            while (driver.isAlive() && Drivers.checkpointed(interrupted) <= before) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
            driver.waitFor(random.nextInt(700), TimeUnit.MILLISECONDS);
            driver.destroyForcibly().waitFor();
            reached.add(Drivers.checkpointed(interrupted));
        }
        System.out.printf("%s: killed after steps %s%n", mode, reached);
        assertThat(Drivers.end(Drivers.start(output, job), output))
                .as(Files.readString(output))
                .isZero();
        assertThat(Files.readAllBytes(interrupted.resolve("model.zip")))
                .isEqualTo(Files.readAllBytes(whole.resolve("model.zip")));
        assertThat(Files.readString(interrupted.resolve("steps.jsonl")))
                .isEqualTo(Files.readString(whole.resolve("steps.jsonl")));
        assertThat(Commands.result(interrupted).at("/resumed")).isNotEmpty();

        byte[] result = Files.readAllBytes(interrupted.resolve("result.json"));
        assertThat(Drivers.end(Drivers.start(output, job), output)).isZero();
        assertThat(Files.readAllBytes(interrupted.resolve("result.json"))).isEqualTo(result);
    }

    /** Waits until the driver has taken a few steps, as it says itself. */
    private static void awaitSteps(Process driver, Path output) throws IOException, InterruptedException {
        while (driver.isAlive() && !Files.readString(output).contains("compress | step")) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        TimeUnit.MILLISECONDS.sleep(300);
    }

    /** The digits on a small super-network, long enough to be killed in every stage. */
    private static List<String> job(String mode, Path run, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "compress",
                Commands.DIGITS_JOB.toString(),
                "--out",
                run.toString(),
                "--set",
                "model=demo-supnet:width=8",
                "--set",
                "training.epochs=6",
                "--set",
                "training.baseline=false",
                "--set",
                "spark.master=local[2]",
                "--set",
                "mode=" + mode,
                "--set",
                mode.equals("erase") ? "target={groups: 0.5}" : "target={flops: 0.5}"));
        if (mode.equals("erase-then-prune")) {
            arguments.addAll(List.of("--set", "erase={groups: 0.3}"));
        }
        for (String setting : more) {
            String key = setting.substring(0, setting.indexOf('='));
            arguments.addAll(List.of("--set", key + "=" + setting.substring(key.length() + 1)));
        }
        return arguments;
    }
}
