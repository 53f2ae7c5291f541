package io.halfspace.spark;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.VoidFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.BlockStatus;
import org.apache.spark.storage.RDDBlockId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;

/**
 * What a standing task does: it reports to the driver, gets the next step's parameters for an answer, computes the gradients
 * of its shards and reports again, until it is sent home. Its first report has no gradients. While a report is on its way it
 * prepares the examples of the step that usually comes next.
 */
final class StandingWork implements VoidFunction<Iterator<Shard>> {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(StandingWork.class);

    private final Broadcast<PackedTask> task;
    private final int rdd;
    private final String exchange;
    private final int shift;

    /**
     * @param rdd id of the data set that the shards are the partitions of
     * @param exchange name of the {@link StepExchange} to report to
     * @param shift which the task belongs to, within that exchange
     */
    StandingWork(Broadcast<PackedTask> task, int rdd, String exchange, int shift) {
        this.task = task;
        this.rdd = rdd;
        this.exchange = exchange;
        this.shift = shift;
    }

    @Override
    public void call(Iterator<Shard> shards) {
        int number = TaskContext.get().partitionId();
        DriverLine driver = DriverLine.to(exchange);
        List<Shard> own = new ArrayList<>();
        while (shards.hasNext()) {
            Shard next = shards.next();
            if (!isInMemory(rdd, next)) {
                LOG.info("Shard {} is not in this executor's memory: no task stands by with it", next.index());
                driver.giveUp(shift, number);
                return;
            }
            own.add(next);
        }
        ShardWork work = new ShardWork(task.value().task(), own);
        Optional<StepOrder> order = driver.report(new ShardReport(shift, number, List.of()), () -> {});
        while (order.isPresent()) {
            List<ShardGradient> gradients;
            try {
                gradients = work.gradients(order.get());
            } catch (RuntimeException | Error e) {
                try {
                    driver.giveUp(shift, number);
                } catch (RuntimeException unsaid) {
                    e.addSuppressed(unsaid);
                }
                throw e;
            }
            int epoch = order.get().epoch();
            int next = order.get().step() + 1;
            order = driver.report(new ShardReport(shift, number, gradients), () -> work.prepare(epoch, next));
        }
    }

    /** Whether Spark holds a shard in this executor's memory: a task must not hold what Spark could not. */
    static boolean isInMemory(int rdd, Shard shard) {
        Option<BlockStatus> status = SparkEnv.get().blockManager().getStatus(new RDDBlockId(rdd, shard.index()));
        return status.isDefined() && status.get().memSize() > 0;
    }
}
