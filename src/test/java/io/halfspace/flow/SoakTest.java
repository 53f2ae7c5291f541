package io.halfspace.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Training of {@code -Dsoak.minutes} (30) on two executors, one of which is killed every {@code -Dsoak.kill.seconds} (120):
 * it ends with the bits of a run that nothing happened to. Executors stand still in each gradient, for as long as makes the run
 * last about that many minutes on any machine.
 */
@Tag("soak")
final class SoakTest {
    private static final int STEPS_PER_EPOCH = 9;
    private static final double SECONDS_PER_STEP = 1.2;
    private static final long PAUSE = 400;
    private static final long LONGEST_PAUSE = 3000;

    private final int minutes = Integer.getInteger("soak.minutes", 30);
    private final int betweenKills = Integer.getInteger("soak.kill.seconds", 120);
    private final int steps = (int) Math.ceil(minutes * 60 / SECONDS_PER_STEP / STEPS_PER_EPOCH) * STEPS_PER_EPOCH;
    private long begun;

    @Test
    void executorsKilledOverAndOver_showInNoBit() throws Exception {
        long seed = Long.getLong("kill.seed", System.nanoTime());
        System.out.printf("executors to kill are drawn with -Dkill.seed=%d%n", seed);
        Random random = new Random(seed);
        try (FaultRun run = soaked("soak");
                FaultRun undisturbed = soaked("soak undisturbed").set("spark.master", "local[2]")) {
            Process reference = undisturbed.start();
            Process driver = run.faulty(
                            FaultyExecutor.Kind.FREEZE, FaultyExecutor.GRADIENT, 0, Integer.MAX_VALUE, PAUSE)
                    .start();
            run.awaitSteps(driver, 1);
            begun = System.nanoTime();
            int kills = 0;
            while (!endsWithin(run, driver, betweenKills)) {
                List<ProcessHandle> executors = Drivers.executors(driver);
                assertThat(executors).as(run.printed()).isNotEmpty();
                executors.get(random.nextInt(executors.size())).destroyForcibly();
                kills++;
                System.out.printf(
                        "kill %d after %d s, checkpoint of step %d of %d%n",
                        kills, seconds(), run.hdfs().checkpointed(run.folder()), steps);
            }
            System.out.printf("soak: %d steps in %d s, %d kills%n", steps, seconds(), kills);
            undisturbed.ends(reference, 0);
            SmallJob.Reference expected = undisturbed.result();
            FaultTable.tried(
                    "soak",
                    "%d minutes of training on two executors, SIGKILL for one every %d seconds"
                            .formatted(seconds() / 60, betweenKills),
                    kills,
                    () -> run.ends(driver, 0),
                    () -> run.hasTheBitsOf(expected));
            assertThat(run.seen("executor-lost")).isGreaterThanOrEqualTo(kills);
        }
    }

    private FaultRun soaked(String name) throws Exception {
        return new FaultRun(name, "erase-then-prune", steps / STEPS_PER_EPOCH).set("checkpoint.every", "1 epochs");
    }

    /** Whether the driver ends within so many seconds; keeps the pace meanwhile. */
    private boolean endsWithin(FaultRun run, Process driver, int seconds) throws Exception {
        for (long end = seconds() + seconds; seconds() < end; ) {
            if (driver.waitFor(10, TimeUnit.SECONDS)) {
                return true;
            }
            long taken = run.hdfs().checkpointed(run.folder());
            double ahead = taken * SECONDS_PER_STEP - seconds();
            long pause = Math.max(0, Math.min(LONGEST_PAUSE, Math.round(PAUSE + 100 * ahead)));
            Files.writeString(run.local(FaultyExecutor.PAUSE), Long.toString(pause));
        }
        return false;
    }

    private long seconds() {
        return (System.nanoTime() - begun) / 1_000_000_000;
    }
}
