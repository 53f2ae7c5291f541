package io.halfspace.spark;

import io.halfspace.dl4j.Evaluation;
import io.halfspace.solver.StepReport;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The training loop: gradient on the executors, update by the base optimiser and solver step on the driver, over and over,
 * through the stages of a run. Counts of steps and epochs, order of the examples and random numbers go on from stage to
 * stage as if there was one.
 *
 * @param rounds computes gradients of what is trained in a stage
 * @param validation judges it on the validation part ({@link Evaluation#NONE} without one)
 * @param events told of all that happens
 * @param stepsPerEpoch steps of an epoch
 * @param badBatches how many shards' batches whose loss or gradient cannot be used may be left out in all
 */
record TrainingLoop(
        Function<Trainee, GradientRound> rounds,
        BiFunction<Trainee, GradientRound, Evaluation> validation,
        TrainingEvents events,
        int stepsPerEpoch,
        int badBatches) {
    /**
     * Runs all stages.
     *
     * @param start what to begin with; its parameters and optimiser are modified
     * @param stages in order; the end of the last one is the end of the run, a whole number of epochs
     * @param keeper keeps the training in checkpoints; the run goes on from its last one, with the same bits
     * @return what the last stage left
     * @throws JobException exit code 4 at the first loss or gradient that cannot be used and may not be left out, and at the
     *     first update that would explode, before it is taken: the last checkpoint is what is kept; 143 if the process has been
     *     asked to end; whatever else ends the run, the last step that was taken is kept
     */
    Trained run(Trainee start, List<Stage> stages, Keeper keeper) {
        int steps = stages.get(stages.size() - 1).end();
        Optional<TrainingCheckpoint> last = keeper.last();
        Course course = new Course(
                keeper, steps, last.map(TrainingCheckpoint::position).orElse(TrainingCheckpoint.Position.START));
        Trainee trainee = last.isPresent() ? last.get().restore(start, stages) : start;
        events.begin(course.step, steps, trainee);
        last.ifPresent(events::resumed);
        for (int s = course.stage; s < stages.size(); s++) {
            Stage stage = stages.get(s);
            boolean begun = last.isPresent() && s == course.stage;
            if (!begun) {
                trainee = course.begin(s, stage, trainee);
            }
            try (GradientRound round = course.open(trainee)) {
                if (begun) {
                    course.endOpenEpoch(stage, trainee, round);
                }
                while (course.step < stage.end()) {
                    course.step(stage, trainee, round);
                }
            }
        }
        return new Trained(trainee, course.history);
    }

    /**
     * What a run leaves.
     *
     * @param trainee as the last stage left it
     * @param history what happened
     */
    record Trained(Trainee trainee, History history) {}

    /** One run through the stages. */
    private final class Course {
        private static final String LOWER =
                "lower training.learning-rate or set training.clip-norm, with --resume force or in a new folder";

        private final Keeper keeper;
        private final int stepsInAll;
        private final History history;
        private EpochSums sums;
        private int stage;
        private int step;

        Course(Keeper keeper, int stepsInAll, TrainingCheckpoint.Position position) {
            this.keeper = keeper;
            this.stepsInAll = stepsInAll;
            history = position.history().copy();
            sums = new EpochSums(position.epoch());
            stage = position.stage();
            step = position.step();
        }

        Trainee begin(int index, Stage next, Trainee trainee) {
            Trainee begun = onCluster(trainee, () -> next.begin().apply(trainee));
            stage = index;
            history.begin(next.name(), step, begun);
            events.stage(next, begun);
            return begun;
        }

        GradientRound open(Trainee trainee) {
            return onCluster(trainee, () -> rounds.apply(trainee));
        }

        void step(Stage stage, Trainee trainee, GradientRound round) {
            int epoch = step / stepsPerEpoch;
            long begun = System.nanoTime();
            GradientRound.Sum sum =
                    onCluster(trainee, () -> round.compute(trainee.parameters(), epoch, step % stepsPerEpoch));
            long summed = System.nanoTime();
            sum.bad().forEach(bad -> skip(bad, epoch));
            float[] update = update(sum, trainee, epoch);
            long updated = System.nanoTime();
            StepReport report = trainee.step(update, step, epoch);
            StepTaken taken = new StepTaken(
                    step,
                    epoch,
                    stage,
                    trainee,
                    report,
                    sum,
                    summed - begun,
                    updated - summed,
                    System.nanoTime() - updated);
            sums.add(taken);
            events.step(taken, history.lastAccuracy());
            step++;
            if (step % stepsPerEpoch == 0 && !keeper.isStopping()) {
                endEpoch(stage, trainee, round, epoch);
            }
            boolean stopping = keeper.isStopping();
            if (stopping || keeper.isDue(step, stepsInAll)) {
                round.rest();
                keep(trainee);
            }
            if (stopping) {
                throw stopped();
            }
        }

        /** Leaves a shard's batch out, if that may be. */
        private void skip(GradientRound.Bad bad, int epoch) {
            if (history.skipped().size() == badBatches) {
                String before = badBatches == 0 ? "" : ", after %d batches that were left out".formatted(badBatches);
                throw diverged(
                        "%s at step %d (epoch %d) on shard %d%s"
                                .formatted(bad.fault(), step + 1, epoch + 1, bad.shard(), before),
                        "if its data are at fault, training.skip-bad-batches: %d lets the same command go on without them, else %s"
                                .formatted(badBatches + 10, LOWER));
            }
            History.Skipped skipped = new History.Skipped(step + 1, bad.shard(), bad.rows(), bad.fault());
            history.skipped().add(skipped);
            events.skipped(skipped);
        }

        /** What to subtract: nothing where every shard's batch was left out, so that stages still end where they should. */
        private float[] update(GradientRound.Sum sum, Trainee trainee, int epoch) {
            if (sum.rows() == 0) {
                return new float[trainee.parameters().length];
            }
            float[] update = trainee.update(sum, step, epoch);
            UpdateLength.fault(update, trainee).ifPresent(fault -> {
                throw diverged(
                        "%s at step %d (epoch %d), whose longest gradient is that of shard %d"
                                .formatted(fault, step + 1, epoch + 1, sum.steepest()),
                        LOWER);
            });
            return update;
        }

        /** Ends the epoch that was trained in before, if all that it lacked was its end. */
        void endOpenEpoch(Stage stage, Trainee trainee, GradientRound round) {
            if (step % stepsPerEpoch == 0 && !sums.isEmpty()) {
                endEpoch(stage, trainee, round, step / stepsPerEpoch - 1);
            }
        }

        private void endEpoch(Stage stage, Trainee trainee, GradientRound round, int epoch) {
            checkFinite(trainee.parameters());
            long begun = System.nanoTime();
            Evaluation judged = onCluster(trainee, () -> validation.apply(trainee, round));
            long judging = System.nanoTime() - begun;
            History.Epoch ended = sums.epoch(epoch + 1, step, stage, trainee, judged);
            history.add(ended);
            events.epoch(ended, judging);
            sums = new EpochSums(EpochSums.Sums.NONE);
        }

        private void keep(Trainee trainee) {
            checkFinite(trainee.parameters());
            events.keeping(step);
            long begun = System.nanoTime();
            CheckpointStore.Stored stored = keeper.keep(position(trainee), trainee);
            events.kept(stored, System.nanoTime() - begun);
        }

        private TrainingCheckpoint.Position position(Trainee trainee) {
            return new TrainingCheckpoint.Position(
                    step,
                    stage,
                    trainee.cuts(),
                    keeper.given(),
                    history,
                    sums.sums(),
                    keeper.judge().evaluation());
        }

        /** Has executors compute something; if they cannot, what the run has by now is kept. */
        private <T> T onCluster(Trainee trainee, Supplier<T> work) {
            try {
                return work.get();
            } catch (Exception e) {
                // Not only runtime exceptions: Scala code throws Spark's checked ones undeclared.
                boolean stopping = keeper.isStopping();
                try {
                    if (step > 0) {
                        keep(trainee);
                    }
                } catch (RuntimeException unkept) {
                    if (stopping) {
                        throw unkept;
                    }
                    e.addSuppressed(unkept);
                }
                if (stopping) {
                    throw stopped();
                }
                throw e;
            }
        }

        private void checkFinite(float[] parameters) {
            for (float value : parameters) {
                if (!Float.isFinite(value)) {
                    throw diverged("a parameter is not finite after step %d".formatted(step), LOWER);
                }
            }
        }

        private JobException diverged(String what, String remedy) {
            return new JobException(
                    ExitCode.CHECK_FAILED,
                    "Cannot go on training: %s; the last good checkpoint is %s; %s"
                            .formatted(what, keeper.latest(), remedy));
        }

        private JobException stopped() {
            return new JobException(
                    ExitCode.STOPPED,
                    "Stopped after step %d of %d, as asked; the same command goes on from %s"
                            .formatted(step, stepsInAll, keeper.latest()));
        }
    }
}
