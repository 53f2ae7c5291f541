package io.halfspace.flow;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.apache.spark.util.TaskCompletionListener;

/**
 * A plugin of Spark that makes executors fail; the product knows nothing of it.
 *
 * <p>A thread of its own looks every tenth of a millisecond at the stack of a task. Each time it comes to show the class {@code
 * spark.faults.inside} counts; after so many of an executor ({@code spark.faults.after}) the executor does {@code
 * spark.faults.kind}, as often as {@code spark.faults.times} says over the whole run. Each time leaves a file in {@code
 * spark.faults.folder} with the process that did it, unless it is without end ({@link Integer#MAX_VALUE} times).
 */
public final class FaultyExecutor implements SparkPlugin {
    /** Inside which class of the job a task computes a gradient. */
    static final String GRADIENT = "ShardWork";

    static final String KIND = "spark.faults.kind";
    static final String INSIDE = "spark.faults.inside";
    static final String AFTER = "spark.faults.after";
    static final String TIMES = "spark.faults.times";
    static final String MILLIS = "spark.faults.millis";
    static final String FOLDER = "spark.faults.folder";
    /** File in the folder that may tell another time to wait than {@code spark.faults.millis}. */
    static final String PAUSE = "pause";

    /** What an executor does. */
    enum Kind {
        /** The JVM ends at once, while the task is inside the class: no hook runs, as with SIGKILL. */
        HALT,
        /** The whole process stands still for a while, in local mode the driver with it. */
        FREEZE,
        /** The next task waits before it begins. */
        WAIT,
        /** The task fails, because its thread is interrupted. */
        FAIL
    }

    @Override
    public DriverPlugin driverPlugin() {
        return null;
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return new Executor();
    }

    private static final class Executor implements ExecutorPlugin {
        private final AtomicInteger seen = new AtomicInteger();
        private volatile boolean halting;
        private Kind kind;
        private String inside;
        private int after;
        private int times;
        private long millis;
        private Path folder;

        @Override
        public void init(PluginContext context, Map<String, String> extra) {
            SparkConf settings = context.conf();
            kind = Kind.valueOf(settings.get(KIND));
            inside = settings.get(INSIDE);
            after = settings.getInt(AFTER, 0);
            times = settings.getInt(TIMES, 1);
            millis = settings.getLong(MILLIS, 0);
            folder = Path.of(settings.get(FOLDER));
        }

        @Override
        public void onTaskStart() {
            if (kind == Kind.WAIT && seen.get() > after && claim()) {
                LockSupport.parkNanos(pause() * 1_000_000);
            }
            if (Files.exists(folder.resolve("fault-" + (times - 1))) && !halting) {
                return;
            }
            Watch watch = new Watch(Thread.currentThread());
            TaskContext.get().addTaskCompletionListener((TaskCompletionListener) context -> watch.over = true);
            watch.setDaemon(true);
            watch.start();
        }

        /** How long to wait: what the test has written since, if it has. */
        private long pause() {
            try {
                Path told = folder.resolve(PAUSE);
                return Files.exists(told) ? Long.parseLong(Files.readString(told)) : millis;
            } catch (IOException | NumberFormatException e) {
                // It is being written: the next one sees it.
                return millis;
            }
        }

        /** Leaves a file for one more fault, unless there have been enough. */
        private boolean claim() {
            if (times == Integer.MAX_VALUE) {
                return true;
            }
            try {
                for (int i = 0; i < times; i++) {
                    Path file = folder.resolve("fault-" + i);
                    if (!Files.exists(file) && create(file)) {
                        return true;
                    }
                }
                return false;
            } catch (IOException e) {
                throw new IllegalStateException("Cannot note a fault", e);
            }
        }

        private static boolean create(Path file) throws IOException {
            try {
                Files.createFile(file);
                Files.writeString(file, Long.toString(ProcessHandle.current().pid()));
                return true;
            } catch (FileAlreadyExistsException e) {
                return false;
            }
        }

        /** A child continues this process, which cannot do that itself. */
        private void freeze(long millis) {
            long pid = ProcessHandle.current().pid();
            String script =
                    "kill -STOP %d; sleep %d.%03d; kill -CONT %d".formatted(pid, millis / 1000, millis % 1000, pid);
            try {
                new ProcessBuilder("sh", "-c", script).start().waitFor();
            } catch (IOException e) {
                throw new IllegalStateException("Cannot freeze", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** Looks at one task until it is over. */
        private final class Watch extends Thread {
            private final Thread task;
            private volatile boolean over;

            Watch(Thread task) {
                super("fault-watch");
                this.task = task;
            }

            @Override
            public void run() {
                while (true) {
                    await(true);
                    if (over) {
                        return;
                    }
                    happen();
                    await(false);
                }
            }

            private void happen() {
                if (halting) {
                    Runtime.getRuntime().halt(137);
                }
                if (seen.incrementAndGet() <= after || kind == Kind.WAIT || !claim()) {
                    return;
                }
                switch (kind) {
                    // Not now: while the file was written the task may have left the class. The next one does not.
                    case HALT -> halting = true;
                    case FREEZE -> freeze(pause());
                    case FAIL -> task.interrupt();
                    case WAIT -> throw new AssertionError();
                }
            }

            private void await(boolean inside) {
                while (!over && isInside() != inside) {
                    LockSupport.parkNanos(100_000);
                }
            }

            private boolean isInside() {
                for (StackTraceElement frame : task.getStackTrace()) {
                    if (frame.getClassName().equals(Executor.this.inside)) {
                        return true;
                    }
                }
                return false;
            }
        }
    }
}
