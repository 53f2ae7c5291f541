package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Threads of this process report as tasks do, over the remote calls of a real Spark. */
final class StepExchangeTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofMillis(300);

    private StepExchange exchange;

    @BeforeEach
    void setUp() {
        LocalSpark.session();
        exchange = new StepExchange();
    }

    @AfterEach
    void tearDown() {
        exchange.close();
    }

    @Test
    void ordersReachEveryTask_andReportsComeBackAsTheyWere() throws Exception {
        int shift = exchange.open(2);
        CompletableFuture<Optional<StepOrder>> first = report(shift, 0, List.of());
        CompletableFuture<Optional<StepOrder>> second = report(shift, 1, List.of());
        assertThat(gather(LONG)).isEqualTo(StepExchange.Outcome.ALL);

        exchange.order(new StepOrder(3, 5, PackedFloats.of(new float[] {1, -2.5f, Float.NaN})).pack());

        for (CompletableFuture<Optional<StepOrder>> each : List.of(first, second)) {
            StepOrder order = each.get(1, TimeUnit.MINUTES).orElseThrow();
            assertThat(order.epoch()).isEqualTo(3);
            assertThat(order.step()).isEqualTo(5);
            assertThat(order.parameters().values()).containsExactly(1, -2.5f, Float.NaN);
        }
        report(shift, 1, List.of(gradient(1, 4, 0.5f), gradient(3, -1)));
        report(shift, 0, List.of(gradient(0), gradient(2, 7)));
        assertThat(gather(LONG)).isEqualTo(StepExchange.Outcome.ALL);
        List<ShardGradient> gradients = exchange.takeReports().stream()
                .flatMap(each -> each.gradients().stream())
                .toList();
        assertThat(gradients).extracting(each -> each.shard).containsExactly(0, 2, 1, 3);
        assertThat(gradients.get(0).gradient.length()).isZero();
        assertThat(gradients.get(2).gradient.values()).containsExactly(4, 0.5f);
        assertThat(gradients.get(2).norm).isEqualTo(gradient(1, 4, 0.5f).norm);
        assertThat(gradients.get(2).lossSum).isEqualTo(1.5);
        assertThat(gradients.get(2).rows).isEqualTo(2);
        assertThat(gradients.get(2).computeMillis).isEqualTo(0.25);
    }

    @Test
    void taskThatIsStartedAgain_breaksTheShift_andIsSentHomeLikeTheOthers() throws Exception {
        int shift = exchange.open(2);
        report(shift, 0, List.of());
        report(shift, 1, List.of());
        assertThat(gather(LONG)).isEqualTo(StepExchange.Outcome.ALL);
        exchange.order(new StepOrder(0, 0, PackedFloats.of(new float[] {1})).pack());

        CompletableFuture<Optional<StepOrder>> again = report(shift, 1, List.of());

        assertThat(gather(LONG)).isEqualTo(StepExchange.Outcome.BROKEN);
        assertThat(exchange.trouble()).isEqualTo("task 1 had to be started again");
        assertThat(again.get(1, TimeUnit.MINUTES)).isEmpty();
        assertThat(report(shift, 0, List.of(gradient(0, 1))).get(1, TimeUnit.MINUTES))
                .isEmpty();
    }

    @Test
    void taskThatGivesUp_breaksTheShift() throws Exception {
        int shift = exchange.open(2);
        CompletableFuture<Optional<StepOrder>> waiting = report(shift, 0, List.of());

        DriverLine.to(exchange.name()).giveUp(shift, 1);

        assertThat(gather(LONG)).isEqualTo(StepExchange.Outcome.BROKEN);
        assertThat(exchange.trouble()).isEqualTo("task 1 gave up");
        exchange.dismiss();
        assertThat(waiting.get(1, TimeUnit.MINUTES)).isEmpty();
    }

    @Test
    void taskThatDoesNotCome_isWaitedForSoLong_andItsJobThatEndsBreaksTheShift() throws Exception {
        int shift = exchange.open(2);
        report(shift, 0, List.of());

        assertThat(gather(SHORT)).isEqualTo(StepExchange.Outcome.LATE);
        assertThat(exchange.trouble()).isEqualTo("1 of 2 tasks have not reported for 0.3 seconds");

        exchange.open(1);
        assertThat(exchange.gather(LONG, () -> true)).isEqualTo(StepExchange.Outcome.BROKEN);
    }

    @Test
    void tasksOfAnEarlierShift_areSentHome() throws Exception {
        int before = exchange.open(1);
        CompletableFuture<Optional<StepOrder>> waiting = report(before, 0, List.of());
        assertThat(gather(LONG)).isEqualTo(StepExchange.Outcome.ALL);
        exchange.dismiss();
        assertThat(waiting.get(1, TimeUnit.MINUTES)).isEmpty();
        exchange.open(1);

        assertThat(report(before, 0, List.of(gradient(0, 1))).get(1, TimeUnit.MINUTES))
                .isEmpty();
        DriverLine.to(exchange.name()).giveUp(before, 0);

        assertThat(gather(SHORT)).as("nothing of the new shift").isEqualTo(StepExchange.Outcome.LATE);
    }

    @Test
    void exchangeOfASparkThatWasStopped_isClosedWithoutAWord() {
        LocalSpark.session().stop();

        exchange.close();
    }

    private StepExchange.Outcome gather(Duration patience) throws InterruptedException {
        return exchange.gather(patience, () -> false);
    }

    private CompletableFuture<Optional<StepOrder>> report(int shift, int task, List<ShardGradient> gradients) {
        String name = exchange.name();
        CompletableFuture<Optional<StepOrder>> answer = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                answer.complete(DriverLine.to(name).report(new ShardReport(shift, task, gradients), () -> {}));
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return answer;
    }

    private static ShardGradient gradient(int shard, float... values) {
        return new ShardGradient(shard, FloatBuffer.wrap(values), 1.5, 2, 0.25);
    }
}
