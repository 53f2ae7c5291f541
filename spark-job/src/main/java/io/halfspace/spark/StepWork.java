package io.halfspace.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import scala.collection.Iterator;
import scala.runtime.AbstractFunction2;

/**
 * A task of a job that computes one step.
 *
 * <p>A named class, which Spark takes as it is. Of lambdas it reads the compiled class anew in every job, to find out what they
 * refer to: 7 ms of a step.
 */
final class StepWork extends AbstractFunction2<TaskContext, Iterator<Shard>, StepWork.Done> implements Serializable {
    private static final long serialVersionUID = 1L;

    /** What a task gives. A plain class, because Kryo cannot write records. */
    static final class Done implements Serializable {
        private static final long serialVersionUID = 1L;

        /** The executor that it ran on and that has its shards in memory, as Spark writes places; empty if it has not. */
        final String place;
        /** In the order of the task's shards. */
        final ShardGradient[] gradients;

        private Done(boolean inMemory, ShardGradient[] gradients) {
            this.place = inMemory ? ExecutorSlots.here() : "";
            this.gradients = gradients;
        }
    }

    private final Broadcast<PackedTask> task;
    private final int rdd;
    private final Broadcast<PackedFloats> parameters;
    private final int epoch;
    private final int step;

    /** @param rdd id of the data set that the shards are the partitions of */
    StepWork(Broadcast<PackedTask> task, int rdd, Broadcast<PackedFloats> parameters, int epoch, int step) {
        this.task = task;
        this.rdd = rdd;
        this.parameters = parameters;
        this.epoch = epoch;
        this.step = step;
    }

    @Override
    public Done apply(TaskContext context, Iterator<Shard> shards) {
        List<Shard> own = new ArrayList<>();
        while (shards.hasNext()) {
            own.add(shards.next());
        }
        List<ShardGradient> gradients =
                new ShardWork(task.value().task(), own).gradients(new StepOrder(epoch, step, parameters.value()));
        boolean inMemory = own.stream().allMatch(shard -> StandingWork.isInMemory(rdd, shard));
        return new Done(inMemory, gradients.toArray(ShardGradient[]::new));
    }
}
