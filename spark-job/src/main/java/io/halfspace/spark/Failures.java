package io.halfspace.spark;

import io.halfspace.dl4j.ModelFileException;
import io.halfspace.dl4j.UnsupportedModelException;
import io.halfspace.solver.UnreachableTargetException;
import io.halfspace.torch.TorchMemoryException;
import java.util.Optional;
import org.apache.spark.SparkException;

/** Turns whatever went wrong into one sentence and an exit code. */
final class Failures {
    private Failures() {}

    /** What is said of the first cause that was foreseen, which has a sentence and an exit code of its own. */
    static Optional<JobException> known(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof JobException job) {
                return Optional.of(job);
            }
            if (cause instanceof UnsupportedModelException || cause instanceof ModelFileException) {
                return Optional.of(new JobException(ExitCode.UNSUPPORTED_MODEL, cause.getMessage(), failure));
            }
            if (cause instanceof TorchMemoryException) {
                return Optional.of(new JobException(ExitCode.TRY_AGAIN, cause.getMessage(), failure));
            }
            if (cause instanceof UnreachableTargetException) {
                return Optional.of(new JobException(ExitCode.CONFIGURATION, cause.getMessage(), failure));
            }
        }
        return Optional.empty();
    }

    /** Whether Spark was stopped under the run. */
    static boolean isStop(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (String.valueOf(cause.getMessage())
                    .matches("(?s).*(stopped SparkContext|SparkContext (was shut down|has been shutdown)).*")) {
                return true;
            }
        }
        return false;
    }

    /** The first cause that says something to a user; anything unexpected keeps its own name and is worth another try. */
    static JobException explain(Throwable failure) {
        return known(failure).orElseGet(() -> unexpected(failure));
    }

    private static JobException unexpected(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && !(root instanceof SparkException)) {
            root = root.getCause();
        }
        if (isStop(root)) {
            return new JobException(
                    ExitCode.TRY_AGAIN,
                    "Cannot finish the job: Spark was stopped while it ran, by a signal or because the cluster did not answer",
                    failure);
        }
        if (root instanceof OutOfMemoryError) {
            return new JobException(
                    ExitCode.TRY_AGAIN,
                    "Cannot finish the job: memory ran out (%s), give the driver and executors more of it or use a smaller batch"
                            .formatted(firstLine(root)),
                    failure);
        }
        String said = "%s: %s".formatted(root.getClass().getSimpleName(), firstLine(root));
        return new JobException(
                ExitCode.TRY_AGAIN,
                "Cannot finish the job: %s%s"
                        .formatted(
                                said, Remedy.cure(said).map(cure -> "; " + cure).orElse("")),
                failure);
    }

    /** What a failure says, without the stack that HDFS puts behind it. */
    static String firstLine(Throwable failure) {
        return firstLine(failure.getMessage());
    }

    static String firstLine(String text) {
        return String.valueOf(text).lines().findFirst().orElse("");
    }
}
