package io.halfspace.spark;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Notices that the process is asked to end (SIGTERM), and keeps it alive until the work at hand is kept, for a limited time.
 * Close it when there is nothing left to keep.
 */
final class StopSignal implements AutoCloseable {
    /** Schedulers send SIGKILL about 30 seconds after SIGTERM. */
    private static final long PATIENCE_SECONDS = 25;

    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread hook = new Thread(this::asked, "halfspace-stop");
    private volatile boolean asked;
    private volatile Runnable told = () -> {};

    StopSignal() {
        Runtime.getRuntime().addShutdownHook(hook);
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
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // It has just begun to end.
            }
        }
    }

    private void asked() {
        asked = true;
        try {
            told.run();
            done.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
