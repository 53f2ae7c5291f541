package io.halfspace.flow;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.spark.TaskContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;

/**
 * A plugin of Spark that lets one task of a job hang, or its executor die: the task of shard 1, for what {@link #WHAT} says.
 */
public final class SleepyTasks implements SparkPlugin {
    /** Key of Spark that names the job whose task hangs, by its description. */
    static final String WHAT = "spark.halfspace.test.sleepy";

    /** Key of Spark: the exit code with which the executor dies, each time; it hangs without one. */
    static final String DIES = "spark.halfspace.test.dies";

    @Override
    public DriverPlugin driverPlugin() {
        return null;
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return new ExecutorPlugin() {
            private String what = "";
            private int dies;

            @Override
            public void init(PluginContext context, Map<String, String> extra) {
                what = context.conf().get(WHAT);
                dies = context.conf().getInt(DIES, 0);
            }

            @Override
            public void onTaskStart() {
                TaskContext task = TaskContext.get();
                if (task.partitionId() == 1 && what.equals(task.getLocalProperty("spark.job.description"))) {
                    if (dies > 0) {
                        Runtime.getRuntime().halt(dies);
                    }
                    try {
                        TimeUnit.MINUTES.sleep(10);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }
            }
        };
    }
}
