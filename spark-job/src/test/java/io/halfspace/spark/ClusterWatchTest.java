package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ClusterWatchTest {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final TimeoutConfig SHORT_STEPS = new TimeoutConfig(LONG, LONG, Duration.ofSeconds(3));

    private final JavaSparkContext spark =
            JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext());

    @Test
    void shardThatDoesNotComeBack_endsTheWaitAndIsNamed() {
        try (ClusterWatch watch = ClusterWatch.over(spark, SHORT_STEPS)) {
            Awaited.gradient(spark, 0, 4);

            JobException told = watch.explain(run(3, shard -> {
                Thread.sleep(shard == 1 ? 600_000 : 0);
                return shard;
            }));

            assertThat(told.exitCode()).isEqualTo(ExitCode.TRY_AGAIN);
            assertThat(told.getMessage())
                    .startsWith("Cannot finish the gradient of step 5 of epoch 1: nothing has come back for 3 seconds,")
                    .contains("2 done before, still at work shard 1 on the driver, and none has failed;")
                    .contains("raise spark.step-timeout");
        }
    }

    @Test
    @SuppressWarnings("try")
    void shardsThatComeBackOneAfterTheOther_areWaitedFor() {
        try (ClusterWatch watch = ClusterWatch.over(spark, SHORT_STEPS)) {
            Awaited.shards(spark, "the evaluation");

            assertThat(run(4, shard -> {
                        Thread.sleep(2000);
                        return shard;
                    }))
                    .isNull();
        }
    }

    @Test
    void shardThatFails_isNamedWithItsPlaceAndItsRoot() {
        try (ClusterWatch watch = ClusterWatch.over(spark, TimeoutConfig.DEFAULT)) {
            Awaited.gradient(spark, 1, 0);

            JobException told = watch.explain(run(2, shard -> {
                if (shard == 1) {
                    throw new IllegalStateException("outer", new IOException("No space left on device\nat x"));
                }
                return shard;
            }));

            assertThat(told.exitCode()).isEqualTo(ExitCode.TRY_AGAIN);
            assertThat(told.getMessage())
                    .isEqualTo(
                            "Cannot finish the gradient of step 1 of epoch 2: shard 1 failed on the driver, IOException: No space left on device; free space there or name a place with more (spark.local.dir for what executors keep); the same command goes on from the last checkpoint");
        }
    }

    @Test
    void shardOfAStageThatComputesOnlySome_isNamedByItsOwnNumber() {
        try (ClusterWatch watch = ClusterWatch.over(spark, TimeoutConfig.DEFAULT)) {
            Awaited.gradient(spark, 0, 0);

            JobException told = watch.explain(catchThrowable(() -> spark.parallelize(List.of(0, 1, 2), 3)
                    .map(shard -> {
                        throw new IllegalStateException("no");
                    })
                    .collectPartitions(new int[] {2})));

            assertThat(told.getMessage())
                    .startsWith("Cannot finish the gradient of step 1 of epoch 1: shard 2 failed on the driver,");
        }
    }

    @Test
    void faultWithASentenceOfItsOwn_keepsIt() {
        try (ClusterWatch watch = ClusterWatch.over(spark, TimeoutConfig.DEFAULT)) {
            Awaited.data(spark);

            JobException told = watch.explain(run(2, shard -> {
                throw JobException.data("Cannot read row 7");
            }));

            assertThat(told.exitCode()).isEqualTo(ExitCode.DATA);
            assertThat(told).hasMessage("Cannot read row 7");
        }
    }

    private Throwable run(int shards, Function<Integer, Integer> work) {
        List<Integer> indices =
                java.util.stream.IntStream.range(0, shards).boxed().toList();
        return catchThrowable(() -> spark.parallelize(indices, shards).map(work).collect());
    }
}
