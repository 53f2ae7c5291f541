package io.halfspace.spark;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Whether a run may go on in a folder that an earlier attempt left. */
enum ResumePolicy {
    /** If the configuration is the same, but for keys that cannot change the result. */
    AUTO,
    /** Also if it differs in keys that may change while a run goes on; the result is then that of no single configuration. */
    FORCE,
    /** Never: only an empty folder will do. */
    NEVER;

    /** Where a run runs, what it is called and when it gives up, not what it computes. */
    private static final Set<String> HARMLESS = Set.of(
            "name",
            "output",
            "spark.master",
            "spark.standing-tasks",
            "spark.start-timeout",
            "spark.data-timeout",
            "spark.step-timeout",
            "checkpoint.every",
            "checkpoint.keep",
            "training.skip-bad-batches");

    /** What later steps may do otherwise than earlier ones. */
    private static final Set<String> CHANGEABLE = Set.of(
            "engine",
            "device",
            "precision",
            "training.learning-rate",
            "training.clip-value",
            "training.clip-norm",
            "solver.lambda",
            "solver.amplify",
            "solver.epsilon",
            "erase.lambda",
            "erase.amplify",
            "erase.epsilon");

    /**
     * Compares the configuration of the attempt before with the one of now.
     *
     * @param location of the folder, for messages
     * @throws JobException exit code 2 if the run may not go on, with the keys that differ
     */
    void check(String location, String before, String now) {
        if (this == NEVER) {
            throw new JobException(
                    ExitCode.CONFIGURATION,
                    "Cannot write to '%s': it already holds a run and --resume is never, name an empty or new folder"
                            .formatted(location));
        }
        Map<String, Object> first = flat(before);
        Map<String, Object> second = flat(now);
        Set<String> different = new TreeSet<>(first.keySet());
        different.addAll(second.keySet());
        different.removeIf(key -> HARMLESS.contains(key) || Objects.equals(first.get(key), second.get(key)));
        if (this == FORCE) {
            different.removeAll(CHANGEABLE);
        }
        if (!different.isEmpty()) {
            List<String> faults = different.stream()
                    .map(key -> "%s: was %s, is %s%s"
                            .formatted(
                                    key,
                                    first.getOrDefault(key, "not set"),
                                    second.getOrDefault(key, "not set"),
                                    CHANGEABLE.contains(key) ? " (--resume force would allow it)" : ""))
                    .toList();
            throw new JobException(
                    ExitCode.CONFIGURATION,
                    "Cannot go on with the run in '%s': its configuration was another one, name another folder or take back%n  %s"
                            .formatted(location, String.join(System.lineSeparator() + "  ", faults)));
        }
    }

    private static Map<String, Object> flat(String yaml) {
        Map<String, Object> flat = new LinkedHashMap<>();
        flatten("", JobFile.parse(RunFolder.JOB, yaml), flat);
        return flat;
    }

    private static void flatten(String prefix, Map<?, ?> values, Map<String, Object> flat) {
        values.forEach((key, value) -> {
            if (value instanceof Map<?, ?> nested) {
                flatten(prefix + key + ".", nested, flat);
            } else {
                flat.put(prefix + key, value);
            }
        });
    }
}
