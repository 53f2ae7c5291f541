package io.halfspace.spark;

import io.halfspace.dl4j.Batch;
import io.halfspace.dl4j.EngineComparison;
import io.halfspace.dl4j.GradientEngine;
import io.halfspace.torch.Precision;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Compares the chosen engine with Deeplearning4j before a run relies on it: on {@value #ROWS} examples of the first shard, on
 * the executor and device that will compute there.
 *
 * <p>Costs one gradient of {@value #ROWS} examples with Deeplearning4j's slow double-precision kernels.
 */
final class EngineCheck {
    private static final int ROWS = 4;

    private EngineCheck() {}

    /** What the comparison found. A plain class, because Kryo cannot write records. */
    static final class Result implements Serializable {
        private static final long serialVersionUID = 1L;

        /** What differs most: a parameter of a layer, or an output. */
        final String part;
        /** How much, relative, in double precision. */
        final double difference;
        /** Distance of the gradient in the precision of the run from Deeplearning4j's in double, relative. */
        final double rounded;

        Result(String part, double difference, double rounded) {
            this.part = part;
            this.difference = difference;
            this.rounded = rounded;
        }
    }

    /**
     * Compares gradients and outputs.
     *
     * @param parameters the flat parameters; not modified
     * @throws JobException exit code 4 if they differ, 5 if the engine cannot be opened
     */
    static Result of(JavaRDD<Shard> shards, GradientRound.Task task, float[] parameters) {
        JavaSparkContext spark = JavaSparkContext.fromSparkContext(shards.context());
        Awaited.shards(spark, "the check of the engine");
        Broadcast<PackedFloats> sent = spark.broadcast(PackedFloats.of(parameters));
        try {
            List<Result> results = shards.filter(shard -> shard.index() == 0)
                    .map(shard -> compare(shard, sent.value().values(), task))
                    .collect();
            results.forEach(result -> judge(result, task.engine().precision()));
            return results.get(0);
        } finally {
            Sessions.free(spark, () -> sent.destroy(false));
        }
    }

    private static Result compare(Shard shard, float[] parameters, GradientRound.Task task) {
        ExecutorNatives.prepare();
        EngineSpec spec = task.engine();
        EngineSpec precise = new EngineSpec(spec.torch(), spec.gpu(), Precision.FLOAT32, spec.threads());
        int gpu = spec.gpu() ? TaskGpu.ordinal() : 0;
        Minibatch rows = shard.rows(0, Math.min(ROWS, shard.rows()), task.normalizer());
        Batch batch = Batch.ofClasses(rows.features(), task.shape(), rows.labels(), task.classes());
        EngineComparison comparison = EngineComparison.of(
                task.configurationJson(), parameters, batch, json -> ExecutorEngines.open(precise, gpu, json));
        try (GradientEngine engine = ExecutorEngines.open(spec, gpu, comparison.calmJson())) {
            double rounded =
                    comparison.distance(engine.gradient(parameters, batch, 0).gradient());
            return new Result(comparison.part(), comparison.difference(), rounded);
        }
    }

    private static void judge(Result result, Precision precision) {
        if (!(result.difference <= EngineComparison.TOLERANCE)) {
            throw new JobException(
                    ExitCode.CHECK_FAILED,
                    "Cannot use engine torch: it differs from Deeplearning4j at %s by %.3g of its largest value, expected at most %.0g; set engine: dl4j"
                            .formatted(result.part, result.difference, EngineComparison.TOLERANCE));
        }
        double most = mostRounded(precision);
        if (!(result.rounded <= most)) {
            throw new JobException(
                    ExitCode.CHECK_FAILED,
                    "Cannot use engine torch in %s: its gradient is %.3g of its length from Deeplearning4j's, expected at most %s; set engine: dl4j or precision: float32"
                            .formatted(ConfigSection.word(precision), result.rounded, most));
        }
    }

    /** Relu kinks included: these bounds catch kernels that are wrong, not ones that round. */
    private static double mostRounded(Precision precision) {
        return switch (precision) {
            case FLOAT32 -> 0.05;
            case TF32 -> 0.1;
            case BF16 -> 0.5;
        };
    }
}
