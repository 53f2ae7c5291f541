package io.halfspace.spark;

import io.halfspace.dl4j.BaseOptimizer;
import io.halfspace.dl4j.Evaluation;
import io.halfspace.solver.SolverStep;
import io.halfspace.solver.StepReport;
import java.util.Optional;
import java.util.function.Function;

/**
 * The training loop: gradient on the executors, update by the base optimiser and solver step on the driver, over and over.
 *
 * @param round computes gradients
 * @param validation judges parameters on the validation part ({@link Evaluation#NONE} without one)
 * @param progress told of every step
 * @param stepsPerEpoch steps of an epoch
 * @param epochs passes over the training part
 */
record TrainingLoop(
        GradientRound round,
        Function<float[], Evaluation> validation,
        Progress progress,
        int stepsPerEpoch,
        int epochs) {
    /** Told when an epoch is over. */
    interface EpochListener {
        /** Keeps what must be kept; returns where, or empty. {@code parameters} must not be modified. */
        Optional<String> epochDone(int epoch, float[] parameters);
    }

    /**
     * Runs all epochs.
     *
     * @param parameters the flat parameters; modified in place
     * @throws JobException exit code 4 at the first loss, gradient or parameter that is not finite
     */
    History run(
            String title,
            float[] parameters,
            BaseOptimizer optimizer,
            SolverStep solver,
            int groups,
            EpochListener listener) {
        History history = new History();
        Optional<String> kept = Optional.empty();
        progress.begin(title, stepsPerEpoch * epochs);
        for (int epoch = 0; epoch < epochs; epoch++) {
            EpochSums sums = new EpochSums();
            for (int s = 0; s < stepsPerEpoch; s++) {
                int step = epoch * stepsPerEpoch + s;
                long begun = System.nanoTime();
                GradientRound.Sum sum = gradient(parameters, epoch, s, kept);
                long summed = System.nanoTime();
                float[] update =
                        optimizer.update(parameters, sum.gradient(), sum.rows(), sum.minibatches(), step, epoch);
                long updated = System.nanoTime();
                StepReport report = solver.step(parameters, update, optimizer.learningRate(step, epoch));
                sums.add(sum, report, summed - begun, updated - summed, System.nanoTime() - updated);
                progress.step(
                        step + 1,
                        sum.rows(),
                        sum.lossSum() / sum.rows(),
                        history.lastAccuracy(),
                        report.zeroGroups(),
                        groups);
            }
            checkFinite(parameters, epoch, kept);
            history.add(sums.epoch(epoch + 1, (epoch + 1) * stepsPerEpoch, validation.apply(parameters)));
            kept = listener.epochDone(epoch + 1, parameters);
        }
        return history;
    }

    private GradientRound.Sum gradient(float[] parameters, int epoch, int stepOfEpoch, Optional<String> kept) {
        try {
            return round.compute(parameters, epoch, stepOfEpoch);
        } catch (DivergedException e) {
            int step = epoch * stepsPerEpoch + stepOfEpoch + 1;
            throw diverged(
                    "loss or gradient is not finite (loss %s) at step %d (epoch %d) on shard %d"
                            .formatted(e.loss(), step, epoch + 1, e.shard()),
                    kept);
        }
    }

    private void checkFinite(float[] parameters, int epoch, Optional<String> kept) {
        for (float value : parameters) {
            if (!Float.isFinite(value)) {
                throw diverged("a parameter is not finite after epoch %d".formatted(epoch + 1), kept);
            }
        }
    }

    private static JobException diverged(String what, Optional<String> kept) {
        return new JobException(
                ExitCode.CHECK_FAILED,
                "Cannot go on training: %s; the last good checkpoint is %s; lower training.learning-rate"
                        .formatted(what, kept.orElse("none, it was the first epoch")));
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

        History.Epoch epoch(int number, int steps, Evaluation validation) {
            boolean judged = validation.rows() > 0;
            return new History.Epoch(
                    number,
                    steps,
                    last.phase().name(),
                    last.zeroGroups(),
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
