package io.halfspace.spark;

import java.util.Collection;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.status.api.v1.ExecutorSummary;
import org.apache.spark.storage.BlockManagerId;

/** How many tasks executors run at once, as Spark knows them at the moment, and what it calls their places. */
final class ExecutorSlots {
    private ExecutorSlots() {}

    /** Place of the executor that asks, as Spark writes it. */
    static String here() {
        BlockManagerId here = SparkEnv.get().blockManager().blockManagerId();
        return "executor_%s_%s".formatted(here.host(), here.executorId());
    }

    /**
     * By place; 0 for executors that are gone.
     *
     * @param places of executors, as Spark writes them
     */
    static Map<String, Integer> of(JavaSparkContext spark, Collection<String> places) {
        Map<String, Integer> slots = new TreeMap<>();
        places.forEach(place -> slots.computeIfAbsent(place, each -> of(spark, each)));
        return slots;
    }

    private static int of(JavaSparkContext spark, String place) {
        try {
            String id = place.substring(place.lastIndexOf('_') + 1);
            ExecutorSummary executor = spark.sc().statusStore().executorSummary(id);
            return executor.isActive() ? executor.maxTasks() : 0;
        } catch (NoSuchElementException e) {
            return 0;
        }
    }
}
