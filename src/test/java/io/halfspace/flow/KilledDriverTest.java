package io.halfspace.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A driver that is killed at random moments and started again by the same command ends with the bits of one that was not
 * killed: model and step log. Its run lies on HDFS.
 */
final class KilledDriverTest {
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
    @Tag("faults")
    @CsvSource({"prune, 14", "erase, 8", "erase-then-prune, 14"})
    void aRunKilledManyTimes_endsWithTheSameBits(String mode, int kills) throws Exception {
        killed(mode, kills);
    }

    @Test
    void aRunThatIsAskedToEnd_keepsItsLastStepAndSaysSo() throws Exception {
        asked("erase-then-prune", 1);
    }

    @ParameterizedTest
    @Tag("faults")
    @CsvSource({"prune, 12", "erase, 6", "erase-then-prune, 12"})
    void aRunAskedToEndManyTimes_endsWithTheSameBits(String mode, int times) throws Exception {
        asked(mode, times);
    }

    /** Starts a driver and asks it to end once it has taken a step; false if it came to the end of its work. */
    private static boolean askedOnce(FaultRun run, Random random) throws Exception {
        long before = progress(run);
        Process driver = run.set("checkpoint.every", "1000 steps").start();
        run.await(driver, "a step", () -> progress(run) > before || !driver.isAlive());
        driver.waitFor(random.nextInt(2000), TimeUnit.MILLISECONDS);
        driver.destroy();
        int code = driver.waitFor();
        if (run.text("result.json").contains("\"succeeded\"")) {
            return false;
        }
        assertThat(code).as(run.printed()).isEqualTo(143);
        List<String> said = run.printed()
                .lines()
                .filter(line -> line.startsWith("Stopped after step "))
                .toList();
        assertThat(said).as(run.printed()).isNotEmpty();
        assertThat(said.get(said.size() - 1))
                .startsWith("Stopped after step %d of ".formatted(run.hdfs().checkpointed(run.folder())))
                .contains("the same command goes on from");
        assertThat(run.text("result.json")).contains("\"exitCode\" : 143");
        return true;
    }

    /** How often drivers have told of a step. */
    private static long progress(FaultRun run) throws Exception {
        return run.printed()
                .lines()
                .filter(line -> line.contains("compress | step"))
                .count();
    }

    /** Ends a driver early; false if it came to the end of its work before. */
    private interface Blow {
        boolean falls(FaultRun run, Random random) throws Exception;
    }

    private static void killed(String mode, int times) throws Exception {
        struck(
                "driver killed at a random moment, " + mode,
                "SIGKILL anywhere between its start and its end",
                mode,
                times,
                KilledDriverTest::killedOnce);
    }

    private static void asked(String mode, int times) throws Exception {
        struck(
                "driver asked to end at a random moment, " + mode,
                "SIGTERM while it trains: exit code 143, the last step is kept",
                mode,
                times,
                KilledDriverTest::askedOnce);
    }

    /** Strikes drivers so many times, on as many runs as that takes; each run comes to its end. */
    private static void struck(String name, String does, String mode, int times, Blow blow) throws Exception {
        Random random = new Random(seed);
        int done = 0;
        while (done < times) {
            try (FaultRun run = new FaultRun(name, mode, SmallJob.EPOCHS)) {
                run.set("spark.master", "local[2]");
                List<Long> reached = new ArrayList<>();
                while (done + reached.size() < times && blow.falls(run, random)) {
                    reached.add(run.hdfs().checkpointed(run.folder()));
                }
                done += reached.size();
                System.out.printf("%s: checkpoints of steps %s%n", name, reached);
                FaultTable.tried(name, does, reached.size(), () -> run.ends(0), run::hasTheRightBits);
                isLeftAlone(run);
            }
        }
    }

    /** Starts a driver and kills it; false if it was over before. */
    private static boolean killedOnce(FaultRun run, Random random) throws Exception {
        Process driver = run.start();
        if (random.nextInt(4) == 0) {
            // Anywhere: before it has claimed its folder, while it reads data, in the first steps.
            driver.waitFor(random.nextInt(8000), TimeUnit.MILLISECONDS);
        } else {
            // In the middle of what is still to do: after the next checkpoint, or while one is written.
            long before = run.hdfs().checkpointed(run.folder());
            while (driver.isAlive() && run.hdfs().checkpointed(run.folder()) <= before) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            driver.waitFor(random.nextInt(700), TimeUnit.MILLISECONDS);
        }
        boolean killed = driver.isAlive();
        driver.destroyForcibly().waitFor();
        return killed || driver.exitValue() != 0;
    }

    /** A run that is over says so when it is started again, and nothing of it changes. */
    private static void isLeftAlone(FaultRun run) throws Exception {
        Path result = new Path(run.folder(), "result.json");
        byte[] before = run.hdfs().read(result);
        run.ends(0);
        assertThat(run.printed()).contains("finished  before");
        assertThat(run.hdfs().read(result)).isEqualTo(before);
    }
}
