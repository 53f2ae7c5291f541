package io.halfspace.spark;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.ExceptionFailure;
import org.apache.spark.ExecutorLostFailure;
import org.apache.spark.TaskFailedReason;
import org.apache.spark.TaskKilled;
import org.apache.spark.scheduler.TaskInfo;

/**
 * A task that failed on an executor.
 *
 * @param id of the task, as Spark counts them
 * @param index of its partition: the shard, where a task computes one. Out of a message it is that of the task in its stage,
 *     which is another one where a stage had to be begun again
 * @param attempt how often it had been tried before
 * @param executor id of the executor
 * @param host where that executor runs
 * @param cause what went wrong at the root, a clause
 */
record TaskFault(long id, int index, int attempt, String executor, String host, String cause) {
    private static final Pattern ABORTED = Pattern.compile(
            "Lost task (\\d+)\\.(\\d+) in stage [\\d.]+ \\(TID (\\d+)\\) \\(([^ ]+) executor ([^)]+)\\): (.*)",
            Pattern.DOTALL);
    private static final Pattern ROOT = Pattern.compile("\nCaused by: ([^\n]*)");
    private static final Pattern EXIT = Pattern.compile("(?s).*[Ee]xit(?:ed with)?(?: code| status)?:? (\\d+).*");

    /** The failure that made Spark give a job up, out of the message of what it throws; empty if it was something else. */
    static Optional<TaskFault> in(Throwable thrown) {
        for (Throwable each = thrown; each != null; each = each.getCause()) {
            Matcher matcher = ABORTED.matcher(String.valueOf(each.getMessage()));
            if (matcher.find()) {
                String text = matcher.group(6);
                int end = text.indexOf("\nDriver stacktrace:");
                return Optional.of(new TaskFault(
                        Long.parseLong(matcher.group(3)),
                        Integer.parseInt(matcher.group(1)),
                        Integer.parseInt(matcher.group(2)),
                        matcher.group(5),
                        matcher.group(4),
                        root(end < 0 ? text : text.substring(0, end))));
            }
        }
        return Optional.empty();
    }

    /** A failure as Spark's listeners hear of it; empty if the task was only told to stop. */
    static Optional<TaskFault> of(TaskInfo task, TaskFailedReason reason) {
        if (reason instanceof TaskKilled) {
            return Optional.empty();
        }
        String cause;
        if (reason instanceof ExceptionFailure failure && failure.exception().isDefined()) {
            cause = root(failure.exception().get());
        } else if (reason instanceof ExecutorLostFailure lost && lost.reason().isDefined()) {
            cause = lost(lost.reason().get());
        } else {
            cause = root(reason.toErrorString());
        }
        return Optional.of(new TaskFault(
                task.taskId(), task.partitionId(), task.attemptNumber(), task.executorId(), task.host(), cause));
    }

    /** What the root of an exception says, a clause. */
    static String root(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getClass().getSimpleName() + ": " + firstLine(root.getMessage());
    }

    /** Why an executor went, a clause; Spark and the system tell it by numbers. */
    static String lost(String reason) {
        String first = firstLine(reason);
        Matcher exit = EXIT.matcher(first);
        String meaning = exit.matches() ? meaning(Integer.parseInt(exit.group(1))) : "";
        return "the executor was lost: " + first + meaning;
    }

    private static String meaning(int exitCode) {
        return switch (exitCode) {
            case 50, 51 -> " (a fault that nothing caught, see the executor's log)";
            case 52 -> " (out of memory: raise spark.executor.memory or spark.executor.memoryOverhead)";
            case 53 -> " (no folder of spark.local.dir can be written there: make one writable and free space on it)";
            case 137 ->
                " (killed: by a person, or for using more memory than its container has, then raise"
                        + " spark.executor.memoryOverhead)";
            case 143 -> " (asked to end)";
            default -> "";
        };
    }

    /** The same of another partition. */
    TaskFault of(int partition) {
        return new TaskFault(id, partition, attempt, executor, host, cause);
    }

    /** Where it happened. */
    String place() {
        return place(executor, host);
    }

    /** What messages call the process that Spark knows by this id. */
    static String place(String executor, String host) {
        return executor.equals("driver") ? "the driver" : "executor %s on host %s".formatted(executor, host);
    }

    /** The root of a stack trace as Spark prints it: {@code package.Class: message}, without the package. */
    private static String root(String trace) {
        if (trace.startsWith("ExecutorLostFailure")) {
            int reason = trace.indexOf("Reason: ");
            return lost(reason < 0 ? trace : trace.substring(reason + "Reason: ".length()));
        }
        String last = firstLine(trace);
        for (Matcher matcher = ROOT.matcher(trace); matcher.find(); ) {
            last = matcher.group(1);
        }
        return last.replaceFirst("^(?:[\\w$]+\\.)+([\\w$]+)(?=:|$)", "$1");
    }

    private static String firstLine(String text) {
        return Failures.firstLine(String.valueOf(text).strip());
    }
}
