package io.halfspace.flow;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.spark.SparkConf;
import org.apache.spark.Success$;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;

/** Writes down what a driver's Spark saw of a fault, so that a test can tell that there was one: a word a line. */
public final class Witness extends SparkListener {
    static final String EVENTS = "events";

    private final Path file;

    public Witness(SparkConf settings) {
        file = Path.of(settings.get(FaultyExecutor.FOLDER)).resolve(EVENTS);
    }

    @Override
    public void onExecutorAdded(SparkListenerExecutorAdded event) {
        note("executor-added");
    }

    @Override
    public void onExecutorRemoved(SparkListenerExecutorRemoved event) {
        note("executor-lost");
    }

    @Override
    public void onTaskStart(SparkListenerTaskStart event) {
        if (event.taskInfo().speculative()) {
            note("speculative-task");
        }
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd event) {
        if (event.reason() != Success$.MODULE$) {
            note("failed-task");
        }
    }

    private synchronized void note(String event) {
        try {
            Files.write(
                    file,
                    (event + "\n").getBytes(StandardCharsets.UTF_8),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
