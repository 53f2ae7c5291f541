package io.halfspace.spark;

import io.halfspace.dl4j.Batch;
import io.halfspace.dl4j.Evaluation;
import io.halfspace.dl4j.GradientEngine;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/** Accuracy and loss of a network on one part of the data, computed on the executors. */
final class EvaluationRound {
    private static final int ROWS_AT_ONCE = 256;

    private EvaluationRound() {}

    /** Judges the network that {@code task} describes, with the given parameters (not modified), on all shards. */
    static Evaluation of(JavaSparkContext spark, JavaRDD<Shard> shards, GradientRound.Task task, float[] parameters) {
        Awaited.shards(spark, "the evaluation");
        Broadcast<PackedFloats> sent = spark.broadcast(PackedFloats.of(parameters));
        try {
            List<double[]> parts =
                    shards.map(shard -> evaluate(shard, sent.value(), task)).collect();
            Evaluation total = Evaluation.NONE;
            for (double[] part : parts) {
                total = total.plus(new Evaluation((long) part[0], (long) part[1], (long) part[2], part[3]));
            }
            return total;
        } finally {
            Sessions.free(spark, () -> sent.destroy(false));
        }
    }

    private static double[] evaluate(Shard shard, PackedFloats parameters, GradientRound.Task task) {
        Evaluation total =
                ExecutorEngines.with(task.engine(), task.network(), task.configurationJson(), parameters, engine -> {
                    GradientEngine.Inference network = engine.inference();
                    Evaluation sum = Evaluation.NONE;
                    for (int from = 0; from < shard.rows(); from += ROWS_AT_ONCE) {
                        Minibatch rows =
                                shard.rows(from, Math.min(shard.rows(), from + ROWS_AT_ONCE), task.normalizer());
                        sum = sum.plus(network.evaluate(
                                Batch.ofClasses(rows.features(), task.shape(), rows.labels(), task.classes())));
                    }
                    return sum;
                });
        return new double[] {total.rows(), total.labels(), total.correct(), total.lossSum()};
    }
}
