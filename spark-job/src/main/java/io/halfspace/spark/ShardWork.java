package io.halfspace.spark;

import io.halfspace.dl4j.Batch;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What an executor does for a step: the gradients of its shards at the parameters that were sent. */
final class ShardWork {
    private final GradientRound.Task task;
    private final List<Shard> shards;
    /** What was cut ahead: the first shard's minibatch of a step; more would take too much memory. */
    private Optional<Ahead> ahead = Optional.empty();

    private record Ahead(int epoch, int step, Minibatch minibatch) {}

    ShardWork(GradientRound.Task task, List<Shard> shards) {
        this.task = task;
        this.shards = shards;
    }

    /** Begins with a step before it is ordered. */
    void prepare(int epoch, int step) {
        ahead = Optional.of(new Ahead(epoch, step, cut(shards.get(0), epoch, step)));
    }

    /** The gradients in the order of the shards. */
    List<ShardGradient> gradients(StepOrder order) {
        Optional<Minibatch> first = ahead.filter(cut -> cut.epoch == order.epoch() && cut.step == order.step())
                .map(Ahead::minibatch);
        ahead = Optional.empty();
        List<ShardGradient> gradients = new ArrayList<>(shards.size());
        for (Shard shard : shards) {
            Minibatch minibatch =
                    gradients.isEmpty() && first.isPresent() ? first.get() : cut(shard, order.epoch(), order.step());
            gradients.add(gradient(shard, minibatch, order));
        }
        return gradients;
    }

    private Minibatch cut(Shard shard, int epoch, int step) {
        return shard.minibatch(task.normalizer(), task.augmentation(), task.seed(), epoch, step, task.rowsPerShard());
    }

    private ShardGradient gradient(Shard shard, Minibatch minibatch, StepOrder order) {
        if (minibatch.rows() == 0) {
            return new ShardGradient(shard.index(), FloatBuffer.allocate(0), 0, 0, 0);
        }
        Batch batch = Batch.ofClasses(minibatch.features(), task.shape(), minibatch.labels(), task.classes());
        long seed = Mix.of(Mix.of(task.seed(), order.epoch(), order.step()), shard.index());
        return ExecutorEngines.with(
                task.engine(), task.network(), task.configurationJson(), order.parameters(), engine -> {
                    long start = System.nanoTime();
                    double lossSum = engine.differentiate(batch, seed);
                    double millis = (System.nanoTime() - start) / 1e6;
                    return new ShardGradient(shard.index(), engine.gradient(), lossSum, batch.rows(), millis);
                });
    }
}
