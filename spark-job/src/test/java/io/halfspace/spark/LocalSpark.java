package io.halfspace.spark;

import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** The Spark of the tests: one session for all of them, in this process. */
final class LocalSpark {
    private LocalSpark() {}

    static SparkSession session() {
        return session("local[2]", Map.of());
    }

    /** A session of another kind; stops the one there is. */
    static SparkSession fresh(String master, Map<String, String> settings) {
        session().stop();
        return session(master, settings);
    }

    /** How many RDDs are kept: none is left after a fault or a close. */
    static int persisted() {
        return JavaSparkContext.fromSparkContext(session().sparkContext())
                .getPersistentRDDs()
                .size();
    }

    private static SparkSession session(String master, Map<String, String> settings) {
        SparkSession.Builder builder = SparkSession.builder()
                .master(master)
                .appName("tests")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "4")
                .config("spark.driver.host", "localhost")
                .config("spark.driver.bindAddress", "127.0.0.1");
        settings.forEach(builder::config);
        return builder.getOrCreate();
    }
}
