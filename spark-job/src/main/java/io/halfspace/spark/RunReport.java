package io.halfspace.spark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.halfspace.dl4j.EquivalenceCheck;
import io.halfspace.graph.NetworkCost;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run tells the world: {@code result.json}. Scripts rely on its keys; {@code docs/configuration.md} lists them.
 *
 * <p>Filled in as the run goes on; not thread-safe.
 */
final class RunReport {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    static final String SUCCEEDED = "succeeded";

    private final ObjectNode root;
    private final Map<String, Double> seconds = new LinkedHashMap<>();

    /**
     * One of the two networks.
     *
     * @param cost its price
     * @param bytes size of its file
     * @param accuracy its accuracy
     * @param accuracyOf what the accuracy was measured on and of
     * @param latency its time for a forward pass
     */
    record Figures(NetworkCost cost, long bytes, double accuracy, String accuracyOf, Latency latency) {}

    RunReport(JobConfig config, String sparkVersion) {
        root = JSON.createObjectNode();
        root.put("status", "running");
        root.put("name", config.name());
        root.put("started", Instant.now().toString());
        root.put("mode", ConfigSection.word(config.mode()));
        config.erase()
                .map(EraseConfig::target)
                .ifPresent(target -> root.putObject("eraseTarget")
                        .put("measure", ConfigSection.word(target.measure()))
                        .put("amount", target.amount()));
        root.putObject("target")
                .put("measure", ConfigSection.word(config.target().measure()))
                .put("amount", config.target().amount());
        root.put("seed", config.training().seed());
        root.put("shards", config.shards());
        ObjectNode versions = root.putObject("versions");
        versions.put("halfspace", Version.HALFSPACE);
        versions.put("spark", sparkVersion);
        versions.put("deeplearning4j", Version.DL4J);
        versions.put("java", System.getProperty("java.version"));
        versions.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        root.put("configuration", config.text());
    }

    private RunReport(ObjectNode root) {
        this.root = root;
    }

    /**
     * Reads what {@link #json} wrote.
     *
     * @throws JobException exit code 75 if it is something else
     */
    static RunReport read(String json) {
        try {
            if (JSON.readTree(json) instanceof ObjectNode root) {
                return new RunReport(root);
            }
        } catch (JsonProcessingException e) {
            throw new JobException(
                    ExitCode.TRY_AGAIN, "Cannot read %s: %s".formatted(RunFolder.RESULT, e.getOriginalMessage()), e);
        }
        throw new JobException(
                ExitCode.TRY_AGAIN, "Cannot read %s: found no report of a run".formatted(RunFolder.RESULT));
    }

    /** Notes that the run goes on from a checkpoint. */
    void resumed(String title, int step) {
        root.withArray("resumed").addObject().put("training", title).put("step", step);
    }

    /** Runs one phase of the job and notes how long it took. */
    <T> T timed(String phase, Phase<T> work) {
        long start = System.nanoTime();
        try {
            return work.run();
        } finally {
            seconds.merge(phase, (System.nanoTime() - start) / 1e9, Double::sum);
        }
    }

    /** A part of the job. */
    interface Phase<T> {
        T run();
    }

    void data(TrainingData data) {
        root.putObject("data")
                .put("trainRows", data.trainRows())
                .put("validationRows", data.validationRows())
                .put("testRows", data.testRows())
                .put("classes", data.classes())
                .set("classNames", JSON.valueToTree(data.classNames()));
    }

    void segments(int total, List<String> erased, List<String> passedOver) {
        ObjectNode segments = root.putObject("segments").put("total", total).put("erased", erased.size());
        segments.set("names", JSON.valueToTree(erased));
        segments.set("passedOver", JSON.valueToTree(passedOver));
    }

    void groups(int total, int zero) {
        root.putObject("groups").put("total", total).put("zero", zero);
    }

    void engine(EngineChoice choice) {
        root.putObject("engine")
                .put("name", choice.spec().engine())
                .put("device", choice.spec().device())
                .put("precision", ConfigSection.word(choice.spec().precision()))
                .put("threads", choice.spec().threads())
                .put("reason", choice.reason());
    }

    void engineCheck(EngineCheck.Result check) {
        root.withObject("/engine/check")
                .put("maxRelativeDifference", check.difference)
                .put("at", check.part)
                .put("roundedDistance", check.rounded);
    }

    void kernels(String sentence) {
        root.put("kernels", sentence);
    }

    void equality(EquivalenceCheck check, int probeRows) {
        root.putObject("equality")
                .put("maxRelativeDifference", check.maxRelativeDifference())
                .put("maxAbsoluteDifference", check.maxAbsoluteDifference())
                .put("tolerance", check.tolerance())
                .put("probeRows", probeRows)
                .put("passed", check.passed());
    }

    void dense(Figures figures) {
        figures("dense", figures);
    }

    void compact(Figures figures) {
        figures("compact", figures);
    }

    void history(String key, History history) {
        root.set(key + "Stages", JSON.valueToTree(history.stages()));
        root.set(key + "Skipped", JSON.valueToTree(history.skipped()));
        ArrayNode entries = root.putArray(key);
        for (History.Epoch epoch : history.epochs()) {
            ObjectNode entry = JSON.valueToTree(epoch);
            // JSON has no NaN: what was not measured is null.
            entry.properties().stream()
                    .filter(field -> Double.isNaN(field.getValue().asDouble()))
                    .forEach(field -> field.setValue(NullNode.getInstance()));
            entries.add(entry);
        }
    }

    void succeeded() {
        root.put("status", SUCCEEDED);
        root.put("exitCode", ExitCode.OK.number());
    }

    void failed(ExitCode code, String sentence) {
        root.put("status", "failed");
        root.put("exitCode", code.number());
        root.put("error", sentence);
    }

    /** The report as JSON text. */
    String json() {
        root.put("finished", Instant.now().toString());
        root.set("seconds", JSON.valueToTree(seconds));
        try {
            return JSON.writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write the report as JSON", e);
        }
    }

    /** Number of entries of a list of the report. */
    int count(String... path) {
        return root.at("/" + String.join("/", path)).size();
    }

    /** Whether it has come to something. */
    boolean has(String key) {
        return root.has(key);
    }

    /** A value of the report as text. */
    String text(String... path) {
        return root.at("/" + String.join("/", path)).asText();
    }

    /** A number of the report, NaN if it has none there. */
    double number(String... path) {
        return root.at("/" + String.join("/", path)).asDouble(Double.NaN);
    }

    private void figures(String key, Figures figures) {
        ObjectNode node = root.putObject(key);
        node.put("parameters", figures.cost.parameters());
        node.put("statistics", figures.cost.statistics());
        node.put("flops", figures.cost.flops());
        node.put("activations", figures.cost.activations());
        node.put("bytes", figures.bytes);
        if (Double.isNaN(figures.accuracy)) {
            node.putNull("accuracy");
        } else {
            node.put("accuracy", figures.accuracy);
        }
        node.put("accuracyOf", figures.accuracyOf);
        node.putObject("latencyMillis")
                .put("one", figures.latency.one())
                .put("batch", figures.latency.batch())
                .put("batchRows", figures.latency.batchRows());
    }
}
