package io.halfspace.spark;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tasks that stay with their shards for many steps, so that a step needs no job of Spark: one job starts them, a {@link
 * Shift}; they report to a {@link StepExchange}, and each step is one message to each and one back.
 *
 * <p>They mend nothing. If anything goes wrong the shift is over and the step has no answer: a job computes it, with all that
 * Spark does about tasks that fail, and after a few steps by jobs the next shift begins. As the gradient of a shard depends on
 * parameters, epoch and step alone, the bits are the same either way. The first step of a stage is a job's, too: it opens the
 * engines and shows which executor has which shards.
 *
 * <p>A shift has a task for every slot of the cluster, at most one a shard, each with the shards that its executor has ({@link
 * ShardGroups}). It ends with the first step after somebody else has started a job in the same Spark ({@link ForeignJobs}), or after
 * a minute, and before the driver does anything else. Driver's thread only.
 */
final class StandingTasks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StandingTasks.class);

    /**
     * The most that a task reports. Longer parameters are sent as broadcasts, which executors pass on to each other, in jobs that
     * take long anyway.
     */
    private static final int MOST_VALUES = 4 << 20;

    private static final Duration LONGEST_SHIFT = Duration.ofMinutes(1);
    /** Steps by jobs after a shift was broken, twice as many after the next, and after one that made way for others. */
    private static final int SHORTEST_REST = 8;

    private static final int LONGEST_REST = 1 << 12;

    private final JavaSparkContext spark;
    private final JavaRDD<Shard> shards;
    private final Broadcast<PackedTask> task;
    private final Duration patience;
    /** Whether this Spark and its settings let tasks stand by. */
    private boolean usable;

    /** Whether executors come when tasks wait for them. */
    private final boolean growing;
    /** By shard: the executor that computed it last in a job; empty before the first. */
    private List<String> places = List.of();

    private final ForeignJobs foreign;
    private Optional<StepExchange> exchange = Optional.empty();
    private Optional<Shift> last = Optional.empty();
    /** Whether the tasks of the last shift stand by. */
    private boolean standing;

    private int rest;
    private int nextRest = SHORTEST_REST;

    /**
     * @param shards in memory of the executors
     * @param task what all tasks know
     * @param wanted whether there may be any
     * @param patience how long a shard may take
     */
    StandingTasks(
            JavaSparkContext spark,
            JavaRDD<Shard> shards,
            Broadcast<PackedTask> task,
            boolean wanted,
            Duration patience) {
        this.spark = spark;
        this.shards = shards;
        this.task = task;
        this.patience = patience;
        // A copy of a slow task is started when most tasks of its job have ended, which here they never have.
        usable = wanted && !spark.getConf().getBoolean("spark.speculation", false);
        foreign = new ForeignJobs(spark);
        growing = spark.getConf().getBoolean("spark.dynamicAllocation.enabled", false);
    }

    /** Tells on which executor each shard was computed by a job, as Spark writes places. */
    void learn(List<String> places) {
        this.places = places;
    }

    /**
     * Has a step computed; empty if a job has to do it.
     *
     * @throws IllegalStateException if the thread is interrupted
     * @throws Shift.CancelledException if somebody has cancelled the job that the tasks belong to
     */
    Optional<Shift.Step> compute(PackedFloats parameters, int epoch, int step) {
        if (rest > 0) {
            rest--;
            return Optional.empty();
        }
        try {
            if (!standing && !begin(parameters.length(), epoch, step)) {
                return Optional.empty();
            }
            Optional<Shift.Step> computed = last.orElseThrow().compute(new StepOrder(epoch, step, parameters));
            if (computed.isEmpty()) {
                rest(exchange.orElseThrow().trouble());
            } else {
                nextRest = SHORTEST_REST;
                if (foreign.any()) {
                    dismiss();
                    rest = SHORTEST_REST;
                } else if (last.orElseThrow().age().compareTo(LONGEST_SHIFT) > 0) {
                    dismiss();
                }
            }
            return computed;
        } catch (LinkageError e) {
            LOG.warn("No tasks stand by from step to step: this Spark has other remote calls than 3.5 to 4.1", e);
            usable = false;
            dismiss();
            return Optional.empty();
        } catch (InterruptedException e) {
            dismiss();
            throw new IllegalStateException("Interrupted while tasks computed a step", e);
        } catch (Shift.CancelledException e) {
            dismiss();
            throw e;
        } catch (Exception | OutOfMemoryError e) {
            // Not only runtime exceptions: Scala code throws Spark's checked ones undeclared. If it is more than that,
            // the job that computes the step will tell.
            LOG.warn("Tasks cannot stand by", e);
            rest(TaskFault.root(e));
            return Optional.empty();
        }
    }

    /** Frees the executors for something else; the next step begins another shift. */
    void dismiss() {
        exchange.ifPresent(StepExchange::dismiss);
        standing = false;
    }

    @Override
    public void close() {
        foreign.close();
        dismiss();
        last.ifPresent(Shift::end);
        exchange.ifPresent(StepExchange::close);
    }

    private boolean begin(int values, int epoch, int step) throws InterruptedException {
        last.filter(Shift::isStuck).ifPresent(Shift::cancel);
        if (!usable || places.isEmpty() || foreign.any() || growing && slots() < places.size()) {
            return false;
        }
        Map<String, Integer> slots = ExecutorSlots.of(spark, places);
        if (slots.containsValue(0)) {
            return false;
        }
        ShardGroups groups = ShardGroups.of(places, slots);
        if ((long) values * groups.largest() > MOST_VALUES) {
            return false;
        }
        StepExchange open = exchange.orElseGet(StepExchange::new);
        exchange = Optional.of(open);
        int number = open.open(groups.groups().size());
        Awaited.standing(spark, epoch, step);
        JavaFutureAction<Void> job = JavaRDD.fromRDD(groups.of(shards.rdd()), shards.classTag())
                .foreachPartitionAsync(new StandingWork(task, shards.id(), open.name(), number));
        BooleanSupplier lost = () -> ExecutorSlots.of(spark, slots.keySet()).containsValue(0);
        Shift shift = new Shift(open, job, lost, patience.multipliedBy(groups.largest()));
        last = Optional.of(shift);
        standing = shift.muster();
        if (!standing) {
            rest(open.trouble());
        }
        return standing;
    }

    /** Leaves this step and some more to jobs. */
    private void rest(String trouble) {
        LOG.info("Tasks no longer stand by, jobs compute the next {} steps: {}", nextRest, trouble);
        rest = nextRest - 1;
        nextRest = Math.min(2 * nextRest, LONGEST_REST);
        dismiss();
    }

    /** How many tasks the cluster runs at once, as it is now. */
    private int slots() {
        return spark.sc()
                .maxNumConcurrentTasks(spark.sc().resourceProfileManager().defaultResourceProfile());
    }
}
