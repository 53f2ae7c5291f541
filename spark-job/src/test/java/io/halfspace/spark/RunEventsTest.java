package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

final class RunEventsTest {
    private static final int TASKS = 3;

    private final Progress quiet = new Progress(new PrintStream(OutputStream.nullOutputStream()), false);

    @AfterAll
    static void leaveNoSpecialSession() {
        LocalSpark.session().stop();
    }

    @Test
    void failedAndRetriedTasksOfTheRunAreCounted_thoseOfOthersAreNot() throws Exception {
        JavaSparkContext spark = JavaSparkContext.fromSparkContext(
                LocalSpark.fresh("local[2,2]", Map.of()).sparkContext());
        Thread other = new Thread(() -> failOnce(spark));
        try (RunEvents events = RunEvents.of(spark, "run", quiet)) {
            // A thread inherits the properties of the one that starts it, so the other one was made before.
            failOnce(spark);
            other.start();
            other.join();
            spark.sc().listenerBus().waitUntilEmpty();

            assertThat(events.metrics().tasksFailed.getCount()).isEqualTo(TASKS);
            assertThat(events.metrics().tasksRetried.getCount()).isEqualTo(TASKS);
            assertThat(events.metrics().bytesReceived.getCount()).isPositive();
        }
    }

    /** Each task fails the first time. */
    private static void failOnce(JavaSparkContext spark) {
        List<Integer> numbers = IntStream.range(0, TASKS).boxed().toList();
        assertThat(spark.parallelize(numbers, TASKS)
                        .map(number -> {
                            if (TaskContext.get().attemptNumber() == 0) {
                                throw new IllegalStateException("the first time");
                            }
                            return number;
                        })
                        .collect())
                .isEqualTo(numbers);
    }

    @Test
    void metricsOfASecondRunInTheSameSpark_replaceThoseOfTheFirst() {
        JavaSparkContext spark =
                JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext());
        RunEvents.of(spark, "first", quiet).close();
        try (RunEvents second = RunEvents.of(spark, "second", quiet)) {
            second.metrics().tasksFailed.inc(7);

            var shown = SparkEnv.get().metricsSystem().getSourcesByName("halfspace");
            assertThat(shown.size()).isEqualTo(1);
            assertThat(shown.head().metricRegistry().counter("tasksFailed").getCount())
                    .isEqualTo(7);
        }
    }
}
