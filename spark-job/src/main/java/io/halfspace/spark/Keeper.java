package io.halfspace.spark;

import java.io.IOException;
import java.util.Optional;
import java.util.function.IntConsumer;

/** Keeps a training in checkpoints, and knows the one to go on from. */
final class Keeper {
    private final CheckpointStore store;
    private final String given;
    private final int every;
    private final DenseJudge judge;
    private final RunLock lock;
    private final StopSignal stop;
    private final IntConsumer resumed;
    private Optional<String> latest = Optional.empty();

    /**
     * @param given tells the data and the first parameters of the run; a checkpoint of others is refused
     * @param every steps between two checkpoints
     * @param judge whose judgement is kept too
     * @param lock without which nothing is written
     * @param stop tells whether the process has been asked to end
     * @param resumed told of the step that the training goes on from
     */
    Keeper(
            CheckpointStore store,
            String given,
            int every,
            DenseJudge judge,
            RunLock lock,
            StopSignal stop,
            IntConsumer resumed) {
        this.store = store;
        this.given = given;
        this.every = every;
        this.judge = judge;
        this.lock = lock;
        this.stop = stop;
        this.resumed = resumed;
    }

    /**
     * The newest whole checkpoint; empty if there is none.
     *
     * @throws JobException exit code 3 if it is of other data or another model, 75 if it cannot be read
     */
    Optional<TrainingCheckpoint> last() {
        Optional<TrainingCheckpoint> found;
        try {
            found = store.newest().map(TrainingCheckpoint::of);
        } catch (IOException e) {
            throw new JobException(ExitCode.TRY_AGAIN, "Cannot read the checkpoints: " + Failures.firstLine(e), e);
        }
        found.filter(checkpoint -> !checkpoint.position().given().equals(given)).ifPresent(checkpoint -> {
            throw JobException.data(
                    "Cannot go on from checkpoint '%s': the data or the model file is not what it was trained on; put"
                            + " it back, or name another folder",
                    checkpoint);
        });
        latest = found.map(TrainingCheckpoint::toString);
        found.map(TrainingCheckpoint::position).ifPresent(position -> {
            judge.restore(position.dense());
            resumed.accept(position.step());
        });
        return found;
    }

    /** Tells the data and the first parameters of the run. */
    String given() {
        return given;
    }

    DenseJudge judge() {
        return judge;
    }

    /** Whether a checkpoint is to be written after so many steps. */
    boolean isDue(int stepsTaken, int stepsInAll) {
        return stepsTaken % every == 0 || stepsTaken == stepsInAll;
    }

    /** Whether the process has been asked to end. */
    boolean isStopping() {
        return stop.isAsked();
    }

    /**
     * Writes a checkpoint, and gives it.
     *
     * @throws JobException exit code 75 if it cannot be written; the one before stays
     */
    CheckpointStore.Stored keep(TrainingCheckpoint.Position position, Trainee trainee) {
        lock.require();
        try {
            CheckpointStore.Stored stored =
                    store.write(position.step(), given, TrainingCheckpoint.contents(position, trainee));
            latest = Optional.of(stored.toString());
            return stored;
        } catch (IOException e) {
            // Files that vanish under a driver that was frozen for a while are the doing of the one that took its
            // place.
            lock.require();
            throw new JobException(
                    ExitCode.TRY_AGAIN,
                    "Cannot write a checkpoint after step %d: %s%s; the last one is %s, the same command goes on from there"
                            .formatted(
                                    position.step(),
                                    Failures.firstLine(e),
                                    Remedy.cure(e.getMessage())
                                            .map(cure -> ", " + cure)
                                            .orElse(""),
                                    latest()),
                    e);
        }
    }

    /** Where the newest checkpoint lies, in words. */
    String latest() {
        return latest.orElse("none");
    }
}
