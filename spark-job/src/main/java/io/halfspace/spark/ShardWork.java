package io.halfspace.spark;

import io.halfspace.dl4j.Batch;
import java.io.Serializable;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import scala.collection.Iterator;
import scala.runtime.AbstractFunction2;

/**
 * What an executor does for one step: the gradients of its shards at the parameters that were sent.
 *
 * <p>A named class, which Spark takes as it is. Of lambdas it reads the compiled class anew in every job, to find out what they
 * refer to: 7 ms of a step.
 */
final class ShardWork extends AbstractFunction2<TaskContext, Iterator<Shard>, ShardGradient[]> implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Broadcast<PackedTask> task;
    private final Broadcast<PackedFloats> parameters;
    private final int epoch;
    private final int step;

    ShardWork(Broadcast<PackedTask> task, Broadcast<PackedFloats> parameters, int epoch, int step) {
        this.task = task;
        this.parameters = parameters;
        this.epoch = epoch;
        this.step = step;
    }

    @Override
    public ShardGradient[] apply(TaskContext context, Iterator<Shard> shards) {
        List<ShardGradient> gradients = new ArrayList<>();
        while (shards.hasNext()) {
            gradients.add(gradient(shards.next(), task.value().task()));
        }
        return gradients.toArray(ShardGradient[]::new);
    }

    private ShardGradient gradient(Shard shard, GradientRound.Task task) {
        Minibatch minibatch =
                shard.minibatch(task.normalizer(), task.augmentation(), task.seed(), epoch, step, task.rowsPerShard());
        if (minibatch.rows() == 0) {
            return new ShardGradient(shard.index(), FloatBuffer.allocate(0), 0, 0, 0);
        }
        Batch batch = Batch.ofClasses(minibatch.features(), task.shape(), minibatch.labels(), task.classes());
        long seed = Mix.of(Mix.of(task.seed(), epoch, step), shard.index());
        PackedFloats sent = parameters.value();
        return ExecutorEngines.with(task.engine(), task.network(), task.configurationJson(), sent, engine -> {
            long start = System.nanoTime();
            double lossSum = engine.differentiate(batch, seed);
            double millis = (System.nanoTime() - start) / 1e6;
            return new ShardGradient(shard.index(), engine.gradient(), lossSum, batch.rows(), millis);
        });
    }
}
