package io.halfspace.flow;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileUtil;

/** The job that faults are tried on: some digits on a small super-network, nine steps an epoch, every stage of a run. */
final class SmallJob {
    static final int EPOCHS = 6;

    private static final Map<String, Reference> REFERENCES = new TreeMap<>();

    private SmallJob() {}

    /**
     * What a run must end with.
     *
     * @param model {@code model.zip}
     * @param steps {@code steps.jsonl}
     */
    record Reference(byte[] model, String steps) {}

    /** The command line of a run. */
    static List<String> arguments(String mode, int epochs, String run) {
        List<String> arguments = new ArrayList<>(List.of("compress", Commands.DIGITS_JOB.toString(), "--out", run));
        set(arguments, "model", "demo-supnet:width=8");
        set(arguments, "training.epochs", Integer.toString(epochs));
        set(arguments, "training.baseline", "false");
        set(arguments, "data.train.rows", "0-800");
        set(arguments, "mode", mode);
        set(arguments, "target", mode.equals("erase") ? "{groups: 0.5}" : "{flops: 0.5}");
        if (mode.equals("erase-then-prune")) {
            set(arguments, "erase", "{groups: 0.3}");
        }
        return arguments;
    }

    static void set(List<String> arguments, String key, String value) {
        arguments.add("--set");
        arguments.add(key + "=" + value);
    }

    /** What a run ends with to which nothing happens: in this process, without executors, on local files; made once. */
    static synchronized Reference reference(String mode, int epochs) throws IOException {
        String key = mode + " " + epochs;
        Reference made = REFERENCES.get(key);
        if (made == null) {
            Path folder = Files.createTempDirectory("halfspace-reference-");
            List<String> arguments = arguments(mode, epochs, folder.toString());
            set(arguments, "spark.master", "local[2]");
            Commands run = Commands.run(arguments.toArray(String[]::new));
            if (run.exitCode() != 0) {
                throw new AssertionError(
                        "a run to which nothing happened ended with %d: %s".formatted(run.exitCode(), run.err()));
            }
            made = new Reference(
                    Files.readAllBytes(folder.resolve("model.zip")), Files.readString(folder.resolve("steps.jsonl")));
            FileUtil.fullyDelete(folder.toFile());
            REFERENCES.put(key, made);
        }
        return made;
    }
}
