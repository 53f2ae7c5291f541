package io.halfspace.spark;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.spark.Success$;
import org.apache.spark.TaskFailedReason;
import org.apache.spark.TaskKilled;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerBlockUpdated;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.storage.BlockUpdatedInfo;

/**
 * Hears from Spark what happens to the tasks of a run, and to executors, on a thread of Spark's. Tasks of others in the same
 * Spark are told apart by a property that the run's jobs carry; executors and broadcasts are everybody's.
 */
final class ClusterEvents extends SparkListener {
    /** Stages that may still have tasks at work; older ones have none. */
    private static final int STAGES = 256;

    private final RunEvents events;
    private final RunMetrics metrics;
    private final String run;
    private final Set<Integer> stages = Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Boolean> eldest) {
            return size() > STAGES;
        }
    });

    /** For the jobs of a run, which are those that the calling thread starts from now on. */
    ClusterEvents(JavaSparkContext spark, String run, RunEvents events, RunMetrics metrics) {
        this.run = run;
        this.events = events;
        this.metrics = metrics;
        Awaited.by(spark, run);
    }

    @Override
    public void onStageSubmitted(SparkListenerStageSubmitted event) {
        if (Awaited.isOf(run, event.properties())) {
            stages.add(event.stageInfo().stageId());
        }
    }

    @Override
    public void onTaskStart(SparkListenerTaskStart event) {
        if (stages.contains(event.stageId())
                && event.taskInfo().attemptNumber() > 0
                && !event.taskInfo().speculative()) {
            metrics.tasksRetried.inc();
            events.taskRetried(event.stageId(), event.taskInfo());
        }
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd event) {
        if (!stages.contains(event.stageId())) {
            return;
        }
        if (event.reason() instanceof TaskFailedReason reason && !(reason instanceof TaskKilled)) {
            metrics.tasksFailed.inc();
            events.taskFailed(event.stageId(), event.taskInfo(), reason);
        }
        if (event.reason() == Success$.MODULE$ && event.taskMetrics() != null) {
            metrics.bytesReceived.inc(event.taskMetrics().resultSize());
        }
    }

    @Override
    public void onBlockUpdated(SparkListenerBlockUpdated event) {
        // Executors report each piece of a broadcast that they have fetched.
        BlockUpdatedInfo info = event.blockUpdatedInfo();
        if (info.blockId().isBroadcast() && !info.blockManagerId().isDriver()) {
            metrics.bytesSent.inc(info.memSize() + info.diskSize());
        }
    }

    @Override
    public void onExecutorRemoved(SparkListenerExecutorRemoved event) {
        metrics.executorsLost.inc();
        events.executorLost(event.executorId(), event.reason());
    }
}
