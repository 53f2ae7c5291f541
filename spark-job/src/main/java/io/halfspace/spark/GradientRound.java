package io.halfspace.spark;

import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * One step's gradient: computed a shard at a time on the executors, added up in the order of the shards on the driver.
 *
 * <p>The result has the same bits for any number of executors, because the shards are fixed and so is the order of the sum.
 * Cost: what tasks need to know once to each executor; then, a step, the parameters once to each executor and one gradient a
 * shard back. Whoever opens a round closes it.
 */
final class GradientRound implements AutoCloseable {
    /** Driver-side additions are spread over threads above this many values. */
    private static final int PARALLEL_FROM = 1 << 17;

    private final JavaSparkContext spark;
    private final JavaRDD<Shard> shards;
    private final Task task;
    private final Broadcast<PackedTask> sentTask;
    private final StandingTasks standing;

    /**
     * What a task needs to know.
     *
     * @param engine which engine computes
     * @param network key of the network within the run
     * @param configurationJson configuration of the network
     * @param shape shape of one example
     * @param classes number of classes
     * @param normalizer applied to every value
     * @param augmentation applied to training images
     * @param seed seed of the run
     * @param rowsPerShard rows that each shard gives to a step
     */
    record Task(
            EngineSpec engine,
            String network,
            String configurationJson,
            int[] shape,
            int classes,
            Normalizer normalizer,
            Augmentation augmentation,
            long seed,
            int rowsPerShard)
            implements Serializable {}

    /**
     * The sum over all shards.
     *
     * @param gradient sum over all examples; at running statistics the sum of the shards' steps
     * @param lossSum sum of the losses
     * @param rows number of examples
     * @param minibatches shards that had examples
     * @param slowestMillis time that the slowest shard computed
     * @param steepest shard with the longest gradient; -1 if none can be used
     * @param bad batches that cannot be used and are in none of the sums, in the order of the shards
     * @param bytesSent to tasks that stand by; 0 where a job computed the step
     * @param bytesReceived from tasks that stand by
     */
    record Sum(
            float[] gradient,
            double lossSum,
            int rows,
            int minibatches,
            double slowestMillis,
            int steepest,
            List<Bad> bad,
            long bytesSent,
            long bytesReceived) {
        /** Whether tasks that stand by have computed it. */
        boolean standing() {
            return bytesSent > 0;
        }
    }

    /**
     * A shard's part of a minibatch whose loss or gradient cannot be used.
     *
     * @param shard number of the shard
     * @param rows examples in it
     * @param fault what is wrong, as a clause
     */
    record Bad(int shard, int rows, String fault) {}

    /**
     * @param standing whether tasks may stay from step to step
     * @param patience how long a step may take them
     */
    GradientRound(JavaSparkContext spark, JavaRDD<Shard> shards, Task task, boolean standing, Duration patience) {
        this.spark = spark;
        this.shards = shards;
        this.task = task;
        this.sentTask = spark.broadcast(new PackedTask(task));
        this.standing = new StandingTasks(spark, shards, sentTask, standing, patience);
    }

    /** What its tasks know. */
    Task task() {
        return task;
    }

    /**
     * Computes one step's gradient.
     *
     * @param parameters the flat parameters; not modified
     */
    Sum compute(float[] parameters, int epoch, int step) {
        PackedFloats packed = PackedFloats.of(parameters);
        Shift.Step computed =
                standing.compute(packed, epoch, step).orElseGet(() -> new Shift.Step(byJob(packed, epoch, step), 0, 0));
        return sum(computed, parameters.length);
    }

    /** Frees the executors for other jobs. */
    void rest() {
        standing.dismiss();
    }

    /** A step's gradients in the order of the shards. */
    private List<ShardGradient> byJob(PackedFloats parameters, int epoch, int step) {
        Awaited.gradient(spark, epoch, step);
        Broadcast<PackedFloats> sent = spark.broadcast(parameters);
        try {
            ClassTag<StepWork.Done> type = ClassTag$.MODULE$.apply(StepWork.Done.class);
            Object parts = spark.sc().runJob(shards.rdd(), new StepWork(sentTask, sent, epoch, step), type);
            List<StepWork.Done> done = List.of((StepWork.Done[]) parts);
            standing.learn(done.stream().map(each -> each.place).toList());
            return done.stream().flatMap(each -> Arrays.stream(each.gradients)).toList();
        } finally {
            Sessions.free(spark, () -> sent.destroy(false));
        }
    }

    @Override
    public void close() {
        try {
            standing.close();
        } finally {
            Sessions.free(spark, () -> sentTask.destroy(false));
        }
    }

    private static Sum sum(Shift.Step computed, int length) {
        List<ShardGradient> gradients = computed.gradients();
        double lossSum = 0;
        double slowest = 0;
        int rows = 0;
        int minibatches = 0;
        double longest = -1;
        int steepest = -1;
        List<Bad> bad = new ArrayList<>();
        for (ShardGradient each : gradients) {
            slowest = Math.max(slowest, each.computeMillis);
            if (!each.usable()) {
                bad.add(new Bad(each.shard, each.rows, each.fault()));
                continue;
            }
            if (each.norm > longest) {
                longest = each.norm;
                steepest = each.shard;
            }
            lossSum += each.lossSum;
            rows += each.rows;
            minibatches += each.rows > 0 ? 1 : 0;
        }
        return new Sum(
                add(gradients, length),
                lossSum,
                rows,
                minibatches,
                slowest,
                steepest,
                bad,
                computed.sent(),
                computed.received());
    }

    private static float[] add(List<ShardGradient> gradients, int length) {
        float[] total = new float[length];
        int pieces = length < PARALLEL_FROM ? 1 : Runtime.getRuntime().availableProcessors();
        IntStream.range(0, pieces).parallel().forEach(piece -> {
            int from = (int) ((long) length * piece / pieces);
            int to = (int) ((long) length * (piece + 1) / pieces);
            for (ShardGradient each : gradients) {
                if (each.rows == 0 || !each.usable()) {
                    continue;
                }
                each.gradient.addTo(total, from, to);
            }
        });
        return total;
    }
}
