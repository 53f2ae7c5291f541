package io.halfspace.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Training of {@code -Dsoak.minutes} (30) on two executors, one of which is killed every {@code -Dsoak.kill.seconds} (120):
 * it ends with the bits of a run that nothing happened to. Half of a step is a pause of the tasks, so that the time does not
 * depend on the machine alone.
 */
@Tag("soak")
final class SoakTest {
    private static final int STEPS_PER_EPOCH = 9;
    private static final int PAUSE_MILLIS = 150;
    /** Four shards on two executors: two pauses a step, one after the other, and about as much time of computing. */
    private static final double SECONDS_PER_STEP = 3 * PAUSE_MILLIS / 1000.0;

    @Test
    void executorsKilledOverAndOver_showInNoBit() throws Exception {
        int minutes = Integer.getInteger("soak.minutes", 30);
        int pause = Integer.getInteger("soak.kill.seconds", 120);
        long seed = Long.getLong("kill.seed", System.nanoTime());
        System.out.printf("executors to kill are drawn with -Dkill.seed=%d%n", seed);
        Random random = new Random(seed);
        int epochs = (int) Math.ceil(minutes * 60 / SECONDS_PER_STEP / STEPS_PER_EPOCH);
        try (FaultRun run = new FaultRun("soak", "erase-then-prune", epochs)) {
            Process driver = run.set("checkpoint.every", "1 epochs")
                    .faulty(FaultyExecutor.Kind.WAIT, "GradientRound", 0, Integer.MAX_VALUE, PAUSE_MILLIS)
                    .start();
            run.awaitSteps(driver, 1);
            long begun = System.nanoTime();
            int kills = 0;
            while (!driver.waitFor(pause, TimeUnit.SECONDS)) {
                List<ProcessHandle> executors = Drivers.executors(driver);
                assertThat(executors).as(run.printed()).isNotEmpty();
                executors.get(random.nextInt(executors.size())).destroyForcibly();
                kills++;
                System.out.printf(
                        "kill %d after %d s, checkpoint of step %d%n",
                        kills,
                        (System.nanoTime() - begun) / 1_000_000_000,
                        run.hdfs().checkpointed(run.folder()));
            }
            long seconds = (System.nanoTime() - begun) / 1_000_000_000;
            System.out.printf("soak: %d steps in %d s, %d kills%n", epochs * STEPS_PER_EPOCH, seconds, kills);
            int killed = kills;
            FaultTable.tried(
                    "soak",
                    "%d minutes of training on two executors, SIGKILL for one every %d seconds"
                            .formatted(seconds / 60, pause),
                    killed,
                    () -> run.ends(driver, 0),
                    run::hasTheRightBits);
            assertThat(run.seen("executor-lost")).isGreaterThanOrEqualTo(killed);
        }
    }
}
