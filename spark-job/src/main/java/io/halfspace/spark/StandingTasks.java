package io.halfspace.spark;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tasks that stay with their shards for many steps, so that a step needs no job of Spark: one job starts them, a shift; they
 * report to a {@link StepExchange}, and each step is one message to each and one back.
 *
 * <p>They mend nothing. If anything goes wrong the shift is over and the step has no answer: a job computes it, with all that
 * Spark does about tasks that fail, and after a few steps by jobs the next shift begins. As the gradient of a shard depends on
 * parameters, epoch and step alone, the bits are the same either way. The first step of a stage is a job's, too: it opens the
 * engines and shows which executor has which shards.
 *
 * <p>A shift has a task for every slot of the cluster, at most one a shard, each with the shards that its executor has ({@link
 * ShardGroups}). It ends after a minute at the latest, for the sake of other jobs in the same Spark, and before the driver wants
 * anything else of the executors. Driver's thread only.
 */
final class StandingTasks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StandingTasks.class);

    /**
     * The most that a task reports. Longer parameters are sent as broadcasts, which executors pass on to each other, in jobs that
     * take long anyway.
     */
    private static final int MOST_VALUES = 4 << 20;

    private static final Duration LONGEST_SHIFT = Duration.ofMinutes(1);
    /** How long tasks may take to begin. */
    private static final Duration MUSTER = Duration.ofSeconds(10);
    /** Steps by jobs after a shift was broken; twice as many after the next. */
    private static final int SHORTEST_REST = 8;

    private static final int LONGEST_REST = 1 << 12;
    /** How long tasks may take to end, at the end of a stage. */
    private static final Duration HOMEWARD = Duration.ofSeconds(5);

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

    private Optional<StepExchange> exchange = Optional.empty();
    /** The job of the last shift. */
    private Optional<JavaFutureAction<Void>> job = Optional.empty();
    /** Whether its tasks stand by. */
    private boolean standing;

    private long begun;
    private int rest;
    private int nextRest = SHORTEST_REST;

    /**
     * @param shards in memory of the executors
     * @param task what all tasks know
     * @param wanted whether there may be any
     * @param patience how long a step may take
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
        growing = spark.getConf().getBoolean("spark.dynamicAllocation.enabled", false);
    }

    /** Tells on which executor each shard was computed by a job, as Spark writes places. */
    void learn(List<String> places) {
        this.places = places;
    }

    /**
     * What a step gave.
     *
     * @param gradients in the order of the shards
     * @param sent bytes of all orders
     * @param received bytes of all reports
     */
    record Step(List<ShardGradient> gradients, long sent, long received) {}

    /** Has a step computed; empty if a job has to do it. */
    Optional<Step> compute(PackedFloats parameters, int epoch, int step) {
        if (rest > 0) {
            rest--;
            return Optional.empty();
        }
        try {
            if (!standing && !begin(parameters.length(), epoch, step)) {
                return Optional.empty();
            }
            StepExchange open = exchange.orElseThrow();
            byte[] order = new StepOrder(epoch, step, parameters).pack();
            open.order(order);
            if (!gather(open, patience)) {
                return Optional.empty();
            }
            nextRest = SHORTEST_REST;
            if (System.nanoTime() - begun > LONGEST_SHIFT.toNanos()) {
                dismiss();
            }
            List<ShardReport> reports = open.reports();
            return Optional.of(new Step(
                    reports.stream()
                            .flatMap(report -> report.gradients().stream())
                            .sorted(Comparator.comparingInt(gradient -> gradient.shard))
                            .toList(),
                    (long) order.length * reports.size(),
                    reports.stream().mapToLong(ShardReport::size).sum()));
        } catch (LinkageError e) {
            LOG.warn("No tasks stand by from step to step: this Spark has other remote calls than 3.5 to 4.1", e);
            usable = false;
            dismiss();
            return Optional.empty();
        } catch (InterruptedException e) {
            // Whoever waits next, for the job, finds it.
            Thread.currentThread().interrupt();
            dismiss();
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
        dismiss();
        job.ifPresent(StandingTasks::end);
        exchange.ifPresent(StepExchange::close);
    }

    private boolean begin(int values, int epoch, int step) throws InterruptedException {
        if (!usable || places.isEmpty()) {
            return false;
        }
        int slots = slots();
        if (slots == 0 || growing && slots < places.size()) {
            return false;
        }
        ShardGroups groups = ShardGroups.of(places, slots, Math.max(1, slots / executors()));
        if ((long) values * groups.largest() > MOST_VALUES) {
            return false;
        }
        StepExchange open = exchange.orElseGet(StepExchange::new);
        exchange = Optional.of(open);
        Awaited.standing(spark, epoch, step);
        int shift = open.open(groups.groups().size());
        job = Optional.of(JavaRDD.fromRDD(groups.of(shards.rdd()), shards.classTag())
                .foreachPartitionAsync(new StandingWork(task, shards.id(), open.name(), shift)));
        standing = true;
        begun = System.nanoTime();
        return gather(open, MUSTER);
    }

    /** How many tasks the cluster runs at once, as it is now. */
    private int slots() {
        return spark.sc()
                .maxNumConcurrentTasks(spark.sc().resourceProfileManager().defaultResourceProfile());
    }

    private int executors() {
        int known = spark.sc().statusTracker().getExecutorInfos().length;
        // The driver counts as one, and is one only where it computes.
        return Math.max(1, spark.sc().isLocal() ? known : known - 1);
    }

    private boolean gather(StepExchange open, Duration patience) throws InterruptedException {
        JavaFutureAction<Void> running = job.orElseThrow();
        StepExchange.Outcome outcome = open.gather(patience, running::isDone);
        if (outcome == StepExchange.Outcome.ALL) {
            return true;
        }
        LOG.info("Tasks no longer stand by, jobs compute the next {} steps: {}", nextRest, open.trouble());
        rest = nextRest - 1;
        nextRest = Math.min(2 * nextRest, LONGEST_REST);
        dismiss();
        if (outcome == StepExchange.Outcome.LATE) {
            running.cancel(true);
        }
        return false;
    }

    /** Waits for tasks that were sent home, so that none reports to nobody. */
    private static void end(JavaFutureAction<Void> job) {
        try {
            job.get(HOMEWARD.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            job.cancel(true);
        } catch (InterruptedException e) {
            job.cancel(true);
            Thread.currentThread().interrupt();
        } catch (ExecutionException | CancellationException e) {
            // Its step was computed by a job since, which has told.
        }
    }
}
