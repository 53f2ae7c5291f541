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
    /** Told when an epoch is over. */
    interface EpochListener {
        /** Keeps what must be kept; returns where, or empty. */
        Optional<String> epochDone(int epoch, Trainee trainee);
    }

    /**
     * Runs all stages.
     *
     * @param start what to begin with; its parameters and optimiser are modified
     * @param stages in order; the end of the last one is the end of the run, a whole number of epochs
     * @return what the last stage left
     * @throws JobException exit code 4 at the first loss, gradient or parameter that is not finite
     */
    Trained run(String title, Trainee start, List<Stage> stages, EpochListener listener) {
        int steps = stages.get(stages.size() - 1).end();
        progress.begin(title, steps);
        Course course = new Course(listener);
        Trainee trainee = start;
        int step = 0;
        for (Stage stage : stages) {
            trainee = stage.begin().apply(trainee);
            GradientRound round = rounds.apply(trainee);
            course.history.begin(stage.name(), step, trainee.parameters().length);
            for (; step < stage.end(); step++) {
                course.step(stage, trainee, round, step);
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
        private final EpochListener listener;
        private final History history = new History();
        private EpochSums sums = new EpochSums();
        private Optional<String> kept = Optional.empty();

        Course(EpochListener listener) {
            this.listener = listener;
        }

        void step(Stage stage, Trainee trainee, GradientRound round, int step) {
            int epoch = step / stepsPerEpoch;
            long begun = System.nanoTime();
            GradientRound.Sum sum = gradient(round, trainee, step);
            long summed = System.nanoTime();
            float[] update = trainee.update(sum, step, epoch);
            long updated = System.nanoTime();
            StepReport report = trainee.step(update, step, epoch);
            sums.add(sum, report, summed - begun, updated - summed, System.nanoTime() - updated);
            double loss = sum.lossSum() / sum.rows();
            log.add(step, epoch, stage, trainee, report, loss);
            progress.step(
                    step + 1,
                    sum.rows(),
                    loss,
                    history.lastAccuracy(),
                    trainee.zeroCount(),
                    trainee.groups().count());
            if ((step + 1) % stepsPerEpoch == 0) {
                endEpoch(stage, trainee, round, epoch);
            }
        }

        private void endEpoch(Stage stage, Trainee trainee, GradientRound round, int epoch) {
            checkFinite(trainee.parameters(), epoch);
            Evaluation judged = validation.apply(trainee, round);
            history.add(sums.epoch(epoch + 1, (epoch + 1) * stepsPerEpoch, stage, trainee, judged));
            sums = new EpochSums();
            kept = listener.epochDone(epoch + 1, trainee);
        }

        private GradientRound.Sum gradient(GradientRound round, Trainee trainee, int step) {
            int epoch = step / stepsPerEpoch;
            try {
                return round.compute(trainee.parameters(), epoch, step % stepsPerEpoch);
            } catch (DivergedException e) {
                throw diverged("loss or gradient is not finite (loss %s) at step %d (epoch %d) on shard %d"
                        .formatted(e.loss(), step + 1, epoch + 1, e.shard()));
            }
        }

        private void checkFinite(float[] parameters, int epoch) {
            for (float value : parameters) {
                if (!Float.isFinite(value)) {
                    throw diverged("a parameter is not finite after epoch %d".formatted(epoch + 1));
                }
            }
        }

        private JobException diverged(String what) {
            return new JobException(
                    ExitCode.CHECK_FAILED,
                    "Cannot go on training: %s; the last good checkpoint is %s; lower training.learning-rate"
                            .formatted(what, kept.orElse("none, it was the first epoch")));
        }
    }

    /** What adds up over the steps of an epoch. */
    private static final class EpochSums {
        private final long started = System.nanoTime();
        private double lossSum;
        private long rows;
        private double computeMillis;
        private long roundNanos;
        private long updateNanos;
        private long solverNanos;
        private StepReport last;

        void add(GradientRound.Sum sum, StepReport report, long round, long update, long solver) {
            lossSum += sum.lossSum();
            rows += sum.rows();
            computeMillis += sum.slowestMillis();
            roundNanos += round;
            updateNanos += update;
            solverNanos += solver;
            last = report;
        }

        History.Epoch epoch(int number, int steps, Stage stage, Trainee trainee, Evaluation validation) {
            boolean judged = validation.rows() > 0;
            return new History.Epoch(
                    number,
                    steps,
                    stage.name(),
                    last.phase().name(),
                    trainee.zeroCount(),
                    trainee.parameters().length,
                    lossSum / rows,
                    judged ? validation.loss() : Double.NaN,
                    judged ? validation.accuracy() : Double.NaN,
                    (System.nanoTime() - started) / 1e9,
                    roundNanos / 1e9,
                    computeMillis / 1e3,
                    updateNanos / 1e9,
                    solverNanos / 1e9);
        }
    }
}
