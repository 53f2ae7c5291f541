package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class FailuresTest {
    @Test
    void faultInsideOthers_isTheOneThatIsTold() {
        JobException data = JobException.data("Cannot read x: found nothing");

        assertThat(Failures.explain(new IllegalStateException("task failed", data)))
                .isSameAs(data);
    }

    @Test
    void memory_saysWhatToDo() {
        JobException told = Failures.explain(new IllegalStateException(new OutOfMemoryError("Java heap space")));

        assertThat(told.exitCode()).isEqualTo(ExitCode.TRY_AGAIN);
        assertThat(told.getMessage()).contains("memory ran out (Java heap space)", "smaller batch");
    }

    @Test
    void stoppedSpark_isNoStageFailure() {
        String spark =
                "Task serialization failed: java.lang.IllegalStateException: Cannot call methods on a stopped SparkContext.\nThis stopped...";

        assertThat(Failures.explain(new IllegalStateException(spark)).getMessage())
                .isEqualTo(
                        "Cannot finish the job: Spark was stopped while it ran, by a signal or because the cluster did not answer");
    }

    @Test
    void anythingElse_keepsItsNameAndItsFirstLine() {
        JobException told = Failures.explain(new IllegalStateException("outer", new IOException("disk full\nat x")));

        assertThat(told.exitCode()).isEqualTo(ExitCode.TRY_AGAIN);
        assertThat(told.getMessage()).isEqualTo("Cannot finish the job: IOException: disk full");
    }
}
