package io.halfspace.spark;

import org.apache.spark.SparkConf;
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

    /** The running session, or a new one on the master that {@code spark-submit} names, else on {@code master}. */
    static SparkSession open(String name, String master) {
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
        // A gradient of up to 4 M parameters comes back in one message, without a detour through the block manager.
        conf.setIfMissing("spark.task.maxDirectResultSize", "16m");
        // Broadcasts are the parameters of every step, which do not get shorter.
        conf.setIfMissing("spark.broadcast.compress", "false");
        try {
            return SparkSession.builder().config(conf).getOrCreate();
        } catch (Exception e) {
            // Not only runtime exceptions: Scala code throws Spark's checked ones undeclared.
            String fault = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            boolean misspelt = fault.startsWith("Could not parse Master URL");
            throw new JobException(
                    misspelt ? ExitCode.CONFIGURATION : ExitCode.TRY_AGAIN,
                    "Cannot open Spark on master '%s': %s".formatted(conf.get("spark.master"), fault),
                    e);
        }
    }

    /** Stops the session, except inside Databricks, where it belongs to the notebook. */
    static void close(SparkSession session) {
        if (System.getenv("DATABRICKS_RUNTIME_VERSION") == null) {
            session.stop();
        }
    }
}
