package io.halfspace.spark;

import io.halfspace.dl4j.Evaluation;
import io.halfspace.solver.StepReport;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * The training loop: gradient on the executors, update by the base optimiser and solver step on the driver, over and over,
 * through the stages of a run. Counts of steps and epochs, order of the examples and random numbers go on from stage to
 * stage as if there was one.
 *
 * @param rounds computes gradients of what is trained in a stage
 * @param validation judges it on the validation part ({@link Evaluation#NONE} without one)
 * @param progress told of every step
 * @param log told of every step
 * @param stepsPerEpoch steps of an epoch
 */
record TrainingLoop(
        Function<Trainee, GradientRound> rounds,
        BiFunction<Trainee, GradientRound, Evaluation> validation,
        Progress progress,
        StepLog log,
        int stepsPerEpoch) {
    /**
     * Runs all stages.
     *
     * @param start what to begin with; its parameters and optimiser are modified
     * @param stages in order; the end of the last one is the end of the run, a whole number of epochs
     * @param keeper keeps the training in checkpoints; the run goes on from its last one, with the same bits
     * @return what the last stage left
     * @throws JobException exit code 4 at the first loss, gradient or parameter that is not finite, 143 if the process has been
     *     asked to end; whatever ends the run, the last step that was taken is kept
     */
    Trained run(String title, Trainee start, List<Stage> stages, Keeper keeper) {
        int steps = stages.get(stages.size() - 1).end();
        Optional<TrainingCheckpoint> last = keeper.last();
        Course course = new Course(
                keeper, steps, last.map(TrainingCheckpoint::position).orElse(TrainingCheckpoint.Position.START));
        Trainee trainee = last.isPresent() ? last.get().restore(start, stages) : start;
        last.ifPresent(checkpoint -> progress.say("%-9s goes on from %s", title, checkpoint));
        log.goOn(course.step, trainee.zeroCount());
        progress.begin(title, course.step, steps);
        for (int s = course.stage; s < stages.size(); s++) {
            Stage stage = stages.get(s);
            boolean begun = last.isPresent() && s == course.stage;
            if (!begun) {
                trainee = course.begin(s, stage, trainee);
            }
            try (GradientRound round = rounds.apply(trainee)) {
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
            Trainee begun = next.begin().apply(trainee);
            stage = index;
            history.begin(next.name(), step, begun);
            if (!begun.passedOver().isEmpty()) {
                progress.say(
                        "kept      %s: the network needs them beside what leaves",
                        String.join(", ", begun.passedOver()));
            }
            return begun;
        }

        void step(Stage stage, Trainee trainee, GradientRound round) {
            int epoch = step / stepsPerEpoch;
            long begun = System.nanoTime();
            GradientRound.Sum sum = gradient(round, trainee, epoch);
            long summed = System.nanoTime();
            float[] update = trainee.update(sum, step, epoch);
            long updated = System.nanoTime();
            StepReport report = trainee.step(update, step, epoch);
            sums.add(sum, report, summed - begun, updated - summed, System.nanoTime() - updated);
            double loss = sum.lossSum() / sum.rows();
            log.add(step, epoch, stage, trainee, report, loss);
            step++;
            progress.step(
                    step,
                    sum.rows(),
                    loss,
                    history.lastAccuracy(),
                    trainee.zeroCount(),
                    trainee.groups().count());
            if (step % stepsPerEpoch == 0) {
                endEpoch(stage, trainee, round, epoch);
            }
            boolean stopping = keeper.isStopping();
            if (stopping || keeper.isDue(step, stepsInAll)) {
                keep(trainee);
            }
            if (stopping) {
                throw stopped();
            }
        }

        private void endEpoch(Stage stage, Trainee trainee, GradientRound round, int epoch) {
            checkFinite(trainee.parameters());
            Evaluation judged = validation.apply(trainee, round);
            history.add(sums.epoch(epoch + 1, step, stage, trainee, judged));
            sums = new EpochSums(EpochSums.Sums.NONE);
        }

        private void keep(Trainee trainee) {
            checkFinite(trainee.parameters());
            log.keep(step);
            keeper.keep(
                    new TrainingCheckpoint.Position(
                            step,
                            stage,
                            trainee.cuts(),
                            keeper.given(),
                            history,
                            sums.sums(),
                            keeper.judge().evaluation()),
                    trainee);
        }

        private GradientRound.Sum gradient(GradientRound round, Trainee trainee, int epoch) {
            try {
                return round.compute(trainee.parameters(), epoch, step % stepsPerEpoch);
            } catch (DivergedException e) {
                throw diverged("loss or gradient is not finite (loss %s) at step %d (epoch %d) on shard %d"
                        .formatted(e.loss(), step + 1, epoch + 1, e.shard()));
            } catch (Exception e) {
                // Not only runtime exceptions: Scala code throws Spark's checked ones undeclared.
                keepBecauseOf(e, trainee);
                if (keeper.isStopping()) {
                    throw stopped();
                }
                throw e;
            }
        }

        /** The cluster failed, what the driver knows did not. */
        private void keepBecauseOf(Exception failure, Trainee trainee) {
            if (step == 0) {
                return;
            }
            try {
                keep(trainee);
            } catch (RuntimeException e) {
                failure.addSuppressed(e);
            }
        }

        private void checkFinite(float[] parameters) {
            for (float value : parameters) {
                if (!Float.isFinite(value)) {
                    throw diverged("a parameter is not finite after step %d".formatted(step));
                }
            }
        }

        private JobException diverged(String what) {
            return new JobException(
                    ExitCode.CHECK_FAILED,
                    "Cannot go on training: %s; the last good checkpoint is %s; lower training.learning-rate"
                            .formatted(what, keeper.latest()));
        }

        private JobException stopped() {
            return new JobException(
                    ExitCode.STOPPED,
                    "Stopped after step %d of %d, as asked; the same command goes on from %s"
                            .formatted(step, stepsInAll, keeper.latest()));
        }
    }
}
