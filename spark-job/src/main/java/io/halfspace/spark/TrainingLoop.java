package io.halfspace.spark;

import io.halfspace.dl4j.BaseOptimizer;
import io.halfspace.dl4j.Evaluation;
import io.halfspace.solver.Solver;
import io.halfspace.solver.StepReport;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Trains one network: gradient on the executors, update by the base optimiser and solver step on the driver, over and over.
 *
 * <p>The parameters handed in are modified in place.
 */
final class TrainingLoop {
    private final JavaSparkContext spark;
    private final TrainingData data;
    private final TrainingConfig config;
    private final GradientRound.Task task;
    private final Progress progress;

    /** What to do when an epoch is over. */
    interface EpochListener {
        /** Keeps what must be kept; returns where, or empty. */
        Optional<String> epochDone(int epoch, float[] parameters);
    }

    TrainingLoop(
            JavaSparkContext spark,
            TrainingData data,
            TrainingConfig config,
            GradientRound.Task task,
            Progress progress) {
        this.spark = spark;
        this.data = data;
        this.config = config;
        this.task = task;
        this.progress = progress;
    }

    /** Steps of a whole run. */
    int totalSteps() {
        return Math.multiplyExact(stepsPerEpoch(), config.epochs());
    }

    /**
     * Runs all epochs.
     *
     * @throws JobException exit code 4 at the first loss or gradient that is not finite
     */
    History run(
            String title,
            float[] parameters,
            BaseOptimizer optimizer,
            Solver solver,
            int groups,
            EpochListener listener) {
        GradientRound round = new GradientRound(spark, data.train(), task);
        History history = new History();
        Optional<String> lastKept = Optional.empty();
        double accuracy = Double.NaN;
        int steps = stepsPerEpoch();
        progress.begin(title, totalSteps());
        for (int epoch = 0; epoch < config.epochs(); epoch++) {
            long started = System.nanoTime();
            double lossSum = 0;
            double computeMillis = 0;
            long rows = 0;
            StepReport report = null;
            for (int s = 0; s < steps; s++) {
                int step = epoch * steps + s;
                GradientRound.Sum sum = gradient(round, parameters, epoch, s, step, lastKept);
                float[] update =
                        optimizer.update(parameters, sum.gradient(), sum.rows(), sum.minibatches(), step, epoch);
                report = solver.step(parameters, update, optimizer.learningRate(step, epoch));
                lossSum += sum.lossSum();
                rows += sum.rows();
                computeMillis += sum.slowestMillis();
                progress.step(step + 1, sum.rows(), sum.lossSum() / sum.rows(), accuracy, report.groupsZero(), groups);
            }
            Evaluation validation = validate(parameters);
            accuracy = validation.rows() == 0 ? Double.NaN : validation.accuracy();
            history.add(new History.Epoch(
                    epoch + 1,
                    (epoch + 1) * steps,
                    report.phase().name(),
                    report.groupsZero(),
                    lossSum / rows,
                    validation.rows() == 0 ? Double.NaN : validation.loss(),
                    accuracy,
                    (System.nanoTime() - started) / 1e9,
                    computeMillis / 1e3));
            lastKept = listener.epochDone(epoch + 1, parameters);
        }
        return history;
    }

    private GradientRound.Sum gradient(
            GradientRound round, float[] parameters, int epoch, int stepOfEpoch, int step, Optional<String> lastKept) {
        try {
            return round.compute(parameters, epoch, stepOfEpoch);
        } catch (DivergedException e) {
            throw new JobException(
                    ExitCode.CHECK_FAILED,
                    "Cannot go on training: loss or gradient is not finite (loss %s) at step %d (epoch %d) on shard %d, the last good checkpoint is %s; lower training.learning-rate"
                            .formatted(e.loss(), step + 1, epoch + 1, e.shard(), lastKept.orElse("none (first epoch)")),
                    e);
        }
    }

    private Evaluation validate(float[] parameters) {
        return data.validation()
                .map(shards -> EvaluationRound.of(spark, shards, task, parameters))
                .orElse(Evaluation.NONE);
    }

    private int stepsPerEpoch() {
        long largestShard = (data.trainRows() + data.shards() - 1) / data.shards();
        return Math.toIntExact((largestShard + task.rowsPerShard() - 1) / task.rowsPerShard());
    }
}
