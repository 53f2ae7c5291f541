package io.halfspace.solver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ScheduleTest {
    @Test
    void everyLength_hasEveryPhase() {
        IntStream.concat(IntStream.range(Schedule.MINIMUM_STEPS, 2000), IntStream.of(1_000_000, Integer.MAX_VALUE))
                .forEach(total -> assertThat(Schedule.forRun(total).frozenAt()).isBetween(3, total - 1));
    }

    @Test
    void aThousandSteps() {
        assertThat(Schedule.forRun(1000)).isEqualTo(new Schedule(1000, 200, 50, 250, 400, 550));
    }

    @Test
    void tooShort_saysHowManyAreNeeded() {
        assertThatThrownBy(() -> Schedule.forRun(4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot schedule a run of 4 steps")
                .hasMessageContaining("at least 5");
    }

    @Test
    void disorder_isRefused() {
        assertThatThrownBy(() -> new Schedule(10, 2, 1, 3, 6, 6))
                .hasMessageContaining("closing start (6) < frozen at (6)");
        assertThatThrownBy(() -> new DhspgSettings(0, 2, 0.5)).hasMessageContaining("Invalid lambda: 0.0");
        assertThatThrownBy(() -> new DhspgSettings(1, 0.5, 0.5)).hasMessageContaining("Invalid amplify: 0.5");
        assertThatThrownBy(() -> new DhspgSettings(1, 2, 1)).hasMessageContaining("Invalid epsilon: 1.0");
    }
}
