package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Messages as Spark 3.5 writes them. */
final class TaskFaultTest {
    private static final String ABORTED = "Job aborted due to stage failure: Task 1 in stage 12.0 failed 4 times, most"
            + " recent failure: Lost task 1.3 in stage 12.0 (TID 52) (10.0.0.7 executor 2): ";

    @Test
    void exceptionOfATask_isToldByItsRoot() {
        String trace =
                "java.lang.IllegalStateException: outer\n\tat x.Y.z(Y.java:1)\nCaused by: java.io.IOException: disk"
                        + " gone\n\tat a.B.c(B.java:2)\n\t... 3 more\n\nDriver stacktrace:\nCaused by: nothing";

        TaskFault fault = TaskFault.in(new IllegalStateException("x", new IllegalStateException(ABORTED + trace)))
                .orElseThrow();

        assertThat(fault).isEqualTo(new TaskFault(52, 1, 3, "2", "10.0.0.7", "IOException: disk gone"));
        assertThat(fault.place()).isEqualTo("executor 2 on host 10.0.0.7");
    }

    @Test
    void executorThatWasLost_isToldByWhatItsExitCodeMeans() {
        String lost =
                "ExecutorLostFailure (executor 2 exited caused by one of the running tasks) Reason: Command exited"
                        + " with code 137\nDriver stacktrace:";

        assertThat(TaskFault.in(new IllegalStateException(ABORTED + lost))
                        .orElseThrow()
                        .cause())
                .startsWith("the executor was lost: Command exited with code 137 (killed: ")
                .contains("spark.executor.memoryOverhead");
        assertThat(TaskFault.lost("Command exited with code 53")).contains("spark.local.dir");
        assertThat(TaskFault.lost("worker lost")).isEqualTo("the executor was lost: worker lost");
    }

    @Test
    void anythingElse_isNoFaultOfATask() {
        assertThat(TaskFault.in(new IllegalStateException("Job 5 cancelled"))).isEmpty();
    }
}
