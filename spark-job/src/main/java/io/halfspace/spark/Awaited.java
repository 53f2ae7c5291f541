package io.halfspace.spark;

import java.util.Properties;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * What the driver is going to wait for. It travels with Spark's jobs as their description, so that Spark's own pages show it
 * and {@link ClusterWatch} can name it when it does not come or fails.
 */
final class Awaited {
    private static final String DESCRIPTION = "spark.job.description";
    private static final String KIND = "halfspace.awaited";
    private static final String STANDING = "STANDING";
    private static final String RUN = "halfspace.run";

    /** What a job of Spark does for a run; they may take times of different lengths. */
    enum Kind {
        /** Reading, packing or measuring rows: tasks may read whole files. */
        DATA("part"),
        /** A minibatch or a pass over the rows, a task a shard. */
        STEP("shard");

        private final String unit;

        Kind(String unit) {
            this.unit = unit;
        }

        /** What one task does, in a word. */
        String unit() {
            return unit;
        }
    }

    private Awaited() {}

    /** The jobs that the calling thread starts from here on belong to a run. */
    static void by(JavaSparkContext spark, String run) {
        spark.setLocalProperty(RUN, run);
    }

    /** The run that the calling thread works for; empty outside of runs. */
    static String run(JavaSparkContext spark) {
        String run = spark.getLocalProperty(RUN);
        return run == null ? "" : run;
    }

    /** Whether a job belongs to a run, by the properties it was given. */
    static boolean isOf(String run, Properties job) {
        return run.equals(job == null ? "" : job.getProperty(RUN, ""));
    }

    /** From here on the driver waits for rows. */
    static void data(JavaSparkContext spark) {
        tell(spark, Kind.DATA.name(), "the data");
    }

    /** From here on the driver waits for a gradient; epoch and step of the epoch are counted from 0. */
    static void gradient(JavaSparkContext spark, int epoch, int step) {
        tell(spark, Kind.STEP.name(), "the gradient of step %d of epoch %d".formatted(step + 1, epoch + 1));
    }

    /** From here on the driver waits for something else that takes a task a shard: {@code what}, with its article. */
    static void shards(JavaSparkContext spark, String what) {
        tell(spark, Kind.STEP.name(), what);
    }

    /** A job begins for which nobody waits: tasks that stand by from a step on. */
    static void standing(JavaSparkContext spark, int epoch, int step) {
        tell(spark, STANDING, "tasks that stand by from step %d of epoch %d on".formatted(step + 1, epoch + 1));
    }

    /** What the calling thread told last. */
    static String told(JavaSparkContext spark) {
        String told = spark.getLocalProperty(DESCRIPTION);
        return told == null ? "the job" : told;
    }

    /** Whether the driver waits for a job, by the properties it was given. */
    static boolean isAwaited(Properties job) {
        return job != null && job.getProperty(KIND) != null && !isStanding(job);
    }

    /** Whether a job's tasks stand by. */
    static boolean isStanding(Properties job) {
        return job != null && STANDING.equals(job.getProperty(KIND));
    }

    static Kind kind(Properties job) {
        return Kind.valueOf(job.getProperty(KIND));
    }

    static String what(Properties job) {
        return job.getProperty(DESCRIPTION, "the job");
    }

    private static void tell(JavaSparkContext spark, String kind, String what) {
        spark.setLocalProperty(DESCRIPTION, what);
        spark.setLocalProperty(KIND, kind);
        // Tasks of a job that is given up must not go on: a thread that waits for an engine can only be interrupted.
        spark.setLocalProperty("spark.job.interruptOnCancel", "true");
    }
}
