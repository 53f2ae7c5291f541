package io.halfspace.spark;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.util.ShutdownHookManager;

/**
 * Notices that the process is asked to end (SIGTERM), and keeps it alive until the work at hand is kept, for a limited time:
 * first with Spark, so that what it computes comes to its end, then without. Close it when there is nothing left to keep.
 *
 * <p>Hooks of Hadoop run one after the other; Spark stops in one of them, at priority 40.
 */
final class StopSignal implements AutoCloseable {
    private static final int BEFORE_SPARK_STOPS = 60;
    private static final int AFTER_SPARK_STOPPED = 20;
    /** After that what is waited for is given up: Spark stops, which fails the job at hand. */
    private static final Duration WITH_SPARK = Duration.ofSeconds(5);
    /** Schedulers send SIGKILL about 30 seconds after SIGTERM. */
    private static final Duration IN_ALL = Duration.ofSeconds(25);

    private final CountDownLatch done = new CountDownLatch(1);
    private final Runnable early = this::asked;
    private final Runnable late = this::outlive;
    private volatile boolean asked;
    private volatile long since;
    private volatile Runnable told = () -> {};

    StopSignal() {
        ShutdownHookManager hooks = ShutdownHookManager.get();
        hooks.addShutdownHook(early, BEFORE_SPARK_STOPS, IN_ALL.toSeconds(), TimeUnit.SECONDS);
        hooks.addShutdownHook(late, AFTER_SPARK_STOPPED, IN_ALL.toSeconds(), TimeUnit.SECONDS);
    }

    /** Whether the process has been asked to end. */
    boolean isAsked() {
        return asked;
    }

    /** Has somebody told when the process is asked to end; on a thread of its own. */
    void onAsked(Runnable listener) {
        told = listener;
    }

    @Override
    public void close() {
        done.countDown();
        if (!asked) {
            try {
                ShutdownHookManager.get().removeShutdownHook(early);
                ShutdownHookManager.get().removeShutdownHook(late);
            } catch (IllegalStateException e) {
                // It has just begun to end.
            }
        }
    }

    private void asked() {
        since = System.nanoTime();
        asked = true;
        told.run();
        await(WITH_SPARK);
    }

    private void outlive() {
        await(IN_ALL);
    }

    /** Waits until everything is kept, at most until so long after the signal. */
    private void await(Duration limit) {
        try {
            done.await(limit.toNanos() - (System.nanoTime() - since), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
