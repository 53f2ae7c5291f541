package io.halfspace.spark;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.apache.spark.api.java.JavaFutureAction;

/**
 * The standing tasks that one job of Spark has started: from when they are called to when they are sent home, or the first
 * thing goes wrong. Driver's thread only.
 */
final class Shift {
    /** How long tasks may take to begin. */
    private static final Duration MUSTER = Duration.ofSeconds(10);
    /** How long the job of a broken shift is watched for whether somebody has cancelled it. */
    private static final Duration GRACE = Duration.ofSeconds(1);
    /** How long tasks that were sent home may take to end. */
    private static final Duration HOMEWARD = Duration.ofSeconds(5);

    private final StepExchange exchange;
    private final JavaFutureAction<Void> job;
    private final BooleanSupplier lost;
    private final Duration patience;
    private final long begun = System.nanoTime();
    private boolean broken;

    /**
     * What a step gave.
     *
     * @param gradients in the order of the shards
     * @param sent bytes of all orders
     * @param received bytes of all reports
     */
    record Step(List<ShardGradient> gradients, long sent, long received) {}

    /**
     * @param exchange open for the tasks of the job
     * @param job that was given to Spark
     * @param lost whether Spark has given up an executor that has a task; nobody else tells if it just went silent
     * @param patience how long a step may take
     */
    Shift(StepExchange exchange, JavaFutureAction<Void> job, BooleanSupplier lost, Duration patience) {
        this.exchange = exchange;
        this.job = job;
        this.lost = lost;
        this.patience = patience;
    }

    /** Waits until all tasks are there; whether they came. */
    boolean muster() throws InterruptedException {
        return gather(MUSTER);
    }

    /** Has a step computed; empty if that broke the shift. */
    Optional<Step> compute(StepOrder order) throws InterruptedException {
        byte[] packed = order.pack();
        exchange.order(packed);
        if (!gather(patience)) {
            return Optional.empty();
        }
        List<ShardReport> reports = exchange.takeReports();
        return Optional.of(new Step(
                reports.stream()
                        .flatMap(report -> report.gradients().stream())
                        .sorted(Comparator.comparingInt(gradient -> gradient.shard))
                        .toList(),
                (long) packed.length * reports.size(),
                reports.stream().mapToLong(ShardReport::size).sum()));
    }

    Duration age() {
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    /** Whether its job still holds slots although something went wrong. */
    boolean isStuck() {
        return broken && !job.isDone();
    }

    /** Tells Spark to end tasks that are still at work. */
    void cancel() {
        job.cancel(true);
    }

    /** Waits until the tasks that were sent home have ended; cancels those that have not by then. */
    void end() {
        try {
            job.get(HOMEWARD.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            cancel();
        } catch (InterruptedException e) {
            cancel();
            Thread.currentThread().interrupt();
        } catch (ExecutionException | CancellationException e) {
            // Its step was computed by a job since, which has told.
        }
    }

    private boolean gather(Duration limit) throws InterruptedException {
        StepExchange.Outcome outcome = exchange.gather(limit, () -> job.isDone() || lost.getAsBoolean());
        if (outcome == StepExchange.Outcome.ALL) {
            return true;
        }
        broken = true;
        exchange.dismiss();
        if (outcome == StepExchange.Outcome.LATE) {
            cancel();
        } else {
            throwIfCancelled();
        }
        return false;
    }

    /** Who cancels the job on Spark's page, or all jobs of a notebook, means the run and not this way of computing it. */
    private void throwIfCancelled() throws InterruptedException {
        try {
            job.get(GRACE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // A task is still at work, or tried again.
        } catch (ExecutionException e) {
            if (String.valueOf(e.getCause().getMessage()).contains("cancelled")) {
                throw new CancelledException(e.getCause());
            }
        }
    }

    /** Somebody has cancelled the job. */
    static final class CancelledException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        CancelledException(Throwable cause) {
            super(cause);
        }
    }
}
