package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halfspace.solver.Schedule;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

final class SchedulesTest {
    private static final int PER_EPOCH = 25;
    private static final int TOTAL = 500;

    @Test
    void sharesEpochsAndSteps_nameTheSamePoints() {
        Schedule shares = schedule(Span.share(0.2), Span.share(0.6));

        assertThat(schedule(new Span(4, Span.Unit.EPOCHS), new Span(12, Span.Unit.EPOCHS)))
                .isEqualTo(shares);
        assertThat(schedule(new Span(100, Span.Unit.STEPS), new Span(300, Span.Unit.STEPS)))
                .isEqualTo(shares);
        assertThat(shares.warmUpSteps()).isEqualTo(100);
        assertThat(shares.frozenAt()).isEqualTo(300);
    }

    @Test
    void nothingSaid_isTheUsualScheduleOfTheRun() {
        assertThat(Schedules.of(
                        config(Optional.empty(), Optional.empty()), "solver", Schedules.PRUNE, PER_EPOCH, TOTAL))
                .isEqualTo(Schedule.forRun(TOTAL));
        for (int total = Schedule.MINIMUM_STEPS; total < 60; total++) {
            assertThat(Schedules.of(config(Optional.empty(), Optional.empty()), "solver", Schedules.PRUNE, 1, total))
                    .isEqualTo(Schedule.forRun(total));
        }
    }

    @Test
    void whatDoesNotFitTheRun_isOneSentence() {
        assertThatThrownBy(() -> schedule(new Span(400, Span.Unit.STEPS), new Span(12, Span.Unit.EPOCHS)))
                .isInstanceOf(JobException.class)
                .hasMessage(
                        "Cannot fit the schedule into the run of 500 steps, 25 an epoch: solver.warm-up (step 400) ends"
                                + " at step 400 and solver.frozen-at (epoch 12.0) at step 300, expected at least 2 steps between"
                                + " them and both inside the run");
        assertThatThrownBy(() -> schedule(Span.share(0.2), new Span(501, Span.Unit.STEPS)))
                .hasMessageContaining("at step 501");
        assertThatThrownBy(() -> Schedules.after(Schedule.of(TOTAL, 100, 300), 100))
                .isInstanceOf(JobException.class)
                .hasMessageContaining("erased at step 100 (erase.frozen-at) and channels chosen at step 100");
        assertThatThrownBy(
                        () -> Schedules.of(config(Optional.empty(), Optional.empty()), "solver", Schedules.PRUNE, 2, 4))
                .hasMessageStartingWith("Cannot schedule a run of 4 steps");
    }

    @Test
    void pruningAfterErasing_fitsEveryRunThatErasingFits() {
        for (int total = 20; total < 400; total++) {
            SolverConfig open = config(Optional.empty(), Optional.empty());
            int erased =
                    Schedules.of(open, "erase", Schedules.ERASE_FIRST, 1, total).frozenAt();
            Schedule whole = Schedules.of(open, "solver", Schedules.PRUNE_LATER, 1, total);
            Schedule rest = Schedules.after(whole, erased);
            assertThat(rest.warmUpSteps() + erased).isEqualTo(whole.warmUpSteps());
            assertThat(rest.totalSteps() + erased).isEqualTo(total);
        }
    }

    private static Schedule schedule(Span warmUp, Span frozenAt) {
        return Schedules.of(
                config(Optional.of(warmUp), Optional.of(frozenAt)), "solver", Schedules.PRUNE, PER_EPOCH, TOTAL);
    }

    private static SolverConfig config(Optional<Span> warmUp, Optional<Span> frozenAt) {
        return new SolverConfig(
                SolverConfig.Method.DHSPG, OptionalDouble.empty(), OptionalDouble.empty(), 0.95, 10, warmUp, frozenAt);
    }
}
