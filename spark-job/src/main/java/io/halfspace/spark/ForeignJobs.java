package io.halfspace.spark;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;

/** Hears from Spark which jobs at work in it belong to others than a run, until closed. */
final class ForeignJobs extends SparkListener implements AutoCloseable {
    private final JavaSparkContext spark;
    private final String run;
    private final Set<Integer> jobs = ConcurrentHashMap.newKeySet();

    /** Listens for jobs that are not of the run that the calling thread works for. */
    ForeignJobs(JavaSparkContext spark) {
        this.spark = spark;
        run = Awaited.run(spark);
        spark.sc().addSparkListener(this);
    }

    /** Whether there are any. */
    boolean any() {
        return !jobs.isEmpty();
    }

    @Override
    public void onJobStart(SparkListenerJobStart event) {
        if (!Awaited.isOf(run, event.properties())) {
            jobs.add(event.jobId());
        }
    }

    @Override
    public void onJobEnd(SparkListenerJobEnd event) {
        jobs.remove(event.jobId());
    }

    @Override
    public void close() {
        spark.sc().removeSparkListener(this);
    }
}
