package io.halfspace.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** Opens and closes Spark. */
final class Sessions {
    /**
     * What the C library does with freed memory: keep it. A pass frees hundreds of activations and asks for as many of the
     * same sizes in the next step; by default those go back to the system each time, and fresh pages come zeroed.
     */
    private static final String NATIVE_MEMORY = "glibc.malloc.arena_max=1:glibc.malloc.mmap_threshold=33554432"
            + ":glibc.malloc.trim_threshold=8589934592:glibc.malloc.top_pad=67108864:glibc.malloc.hugetlb=1";

    private Sessions() {}

    /**
     * The running session, or a new one on the master that {@code spark-submit} names, else on {@code master}.
     *
     * @param patience how long to wait for the cluster
     * @throws JobException exit code 2 if the master is no master, 75 if Spark cannot be opened
     */
    static SparkSession open(String name, String master, Duration patience) {
        SparkConf conf = new SparkConf();
        conf.setAppName("halfspace " + name);
        conf.setIfMissing("spark.master", master);
        // Gradients of all shards come back at once; the usual limit of 1 GiB is met by 64 shards of 4 M parameters.
        conf.setIfMissing("spark.driver.maxResultSize", "0");
        conf.setIfMissing("spark.ui.showConsoleProgress", "false");
        conf.setIfMissing(
                "spark.ui.enabled", String.valueOf(!conf.get("spark.master").startsWith("local")));
        // One thread a task: more of them than cores slow each other down, and gradients depend on their number.
        conf.setIfMissing("spark.executorEnv.OMP_NUM_THREADS", conf.get("spark.task.cpus", "1"));
        conf.setIfMissing("spark.executorEnv.GLIBC_TUNABLES", NATIVE_MEMORY);
        // Several threads of OpenMP's wait for work asleep: OpenBLAS has threads of its own, which need the cores
        // meanwhile.
        conf.setIfMissing("spark.executorEnv.GOMP_SPINCOUNT", "1000");
        // A gradient of up to 4 M parameters comes back in one message, without a detour through the block manager.
        conf.setIfMissing("spark.task.maxDirectResultSize", "16m");
        // Broadcasts are the parameters of every step, which do not get shorter.
        conf.setIfMissing("spark.broadcast.compress", "false");
        if (SparkSession.getDefaultSession().isEmpty()) {
            checkLocalFolders(conf);
        }
        Alarm alarm = new Alarm(patience);
        try {
            return SparkSession.builder().config(conf).getOrCreate();
        } catch (Exception e) {
            if (alarm.rang()) {
                throw new JobException(
                        ExitCode.TRY_AGAIN,
                        "Cannot open Spark on master '%s': it has not answered for %d seconds; see that it runs and has room, or raise spark.start-timeout"
                                .formatted(conf.get("spark.master"), patience.toSeconds()),
                        e);
            }
            // Not only runtime exceptions: Scala code throws Spark's checked ones undeclared.
            String fault = Failures.firstLine(e);
            boolean misspelt = fault.startsWith("Could not parse Master URL");
            throw new JobException(
                    misspelt ? ExitCode.CONFIGURATION : ExitCode.TRY_AGAIN,
                    "Cannot open Spark on master '%s': %s".formatted(conf.get("spark.master"), fault),
                    e);
        } finally {
            alarm.close();
        }
    }

    /** Where no folder of its own can be made Spark ends the process, without a word to its user. */
    private static void checkLocalFolders(SparkConf conf) {
        String named = Optional.ofNullable(System.getenv("SPARK_LOCAL_DIRS"))
                .orElse(conf.get("spark.local.dir", System.getProperty("java.io.tmpdir")));
        List<String> faults = new ArrayList<>();
        for (String folder : named.split(",")) {
            try {
                Files.delete(Files.createTempDirectory(Files.createDirectories(Path.of(folder.strip())), "halfspace"));
                return;
            } catch (IOException | InvalidPathException e) {
                faults.add("'%s': %s".formatted(folder, Remedy.reason(e)));
            }
        }
        throw new JobException(
                ExitCode.TRY_AGAIN,
                "Cannot open Spark: it needs a folder for files of its own, and none can be made in %s; name one that can be written with spark.local.dir or SPARK_LOCAL_DIRS"
                        .formatted(String.join(", ", faults)));
    }

    /** Interrupts the thread that set it, should that still wait when the time is over. */
    private static final class Alarm implements AutoCloseable {
        private final Thread sleeper = Thread.currentThread();
        private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread created = new Thread(task, "halfspace-alarm");
            created.setDaemon(true);
            return created;
        });
        private boolean rang;
        private boolean closed;

        Alarm(Duration patience) {
            clock.schedule(this::ring, patience.toMillis(), TimeUnit.MILLISECONDS);
        }

        private synchronized void ring() {
            if (!closed) {
                rang = true;
                sleeper.interrupt();
            }
        }

        synchronized boolean rang() {
            return rang;
        }

        @Override
        public synchronized void close() {
            closed = true;
            clock.shutdownNow();
            if (rang) {
                // The wait may have ended by itself at the same moment: the mark must not outlive it.
                Thread.interrupted();
            }
        }
    }

    /** Frees something that Spark holds; a Spark that has stopped holds nothing any more. */
    static void free(JavaSparkContext spark, Runnable release) {
        try {
            release.run();
        } catch (RuntimeException e) {
            if (!spark.sc().isStopped()) {
                throw e;
            }
        }
    }

    /** Stops the session, except inside Databricks, where it belongs to the notebook. */
    static void close(SparkSession session) {
        if (System.getenv("DATABRICKS_RUNTIME_VERSION") == null) {
            session.stop();
        }
    }
}
