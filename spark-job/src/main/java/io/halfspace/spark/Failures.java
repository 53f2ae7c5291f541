package io.halfspace.spark;

import io.halfspace.dl4j.ModelFileException;
import io.halfspace.dl4j.UnsupportedModelException;
import io.halfspace.solver.UnreachableTargetException;
import io.halfspace.torch.TorchMemoryException;
import org.apache.spark.SparkException;

/** Turns whatever went wrong into one sentence and an exit code. */
final class Failures {
    private Failures() {}

    /** Whether a cause is one that was foreseen, with a sentence and an exit code of its own. */
    static boolean isKnown(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof JobException
                    || cause instanceof UnsupportedModelException
                    || cause instanceof ModelFileException
                    || cause instanceof TorchMemoryException
                    || cause instanceof UnreachableTargetException) {
                return true;
            }
        }
        return false;
    }

    /** Whether Spark was stopped under the run. */
    static boolean isStop(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (String.valueOf(cause.getMessage())
                    .matches("(?s).*(stopped SparkContext|SparkContext was shut down).*")) {
                return true;
            }
        }
        return false;
    }

    /** The first cause that says something to a user; anything unexpected keeps its own name and is worth another try. */
    static JobException explain(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof JobException job) {
                return job;
            }
            if (cause instanceof UnsupportedModelException || cause instanceof ModelFileException) {
                return new JobException(ExitCode.UNSUPPORTED_MODEL, cause.getMessage(), failure);
            }
            if (cause instanceof TorchMemoryException) {
                return new JobException(ExitCode.TRY_AGAIN, cause.getMessage(), failure);
            }
            if (cause instanceof UnreachableTargetException) {
                return new JobException(ExitCode.CONFIGURATION, cause.getMessage(), failure);
            }
        }
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
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    }
}
