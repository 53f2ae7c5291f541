package io.halfspace.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;

/** A CSV file with one row of values so large that a network overflows on it. */
final class BadBatchFlowTest {
    private static final int ROWS = 128;
    private static final int EPOCHS = 4;
    private static final int STEPS_PER_EPOCH = 8;

    @TempDir
    private static Path folder;

    private static Path job;

    @BeforeAll
    static void write() throws IOException {
        Random random = new Random(3);
        StringBuilder csv = new StringBuilder();
        for (int row = 0; row < ROWS; row++) {
            int label = row % 2;
            for (int feature = 0; feature < 6; feature++) {
                csv.append(row == 77 ? 3e38 : label + 0.5 * random.nextGaussian())
                        .append(',');
            }
            csv.append(label).append('\n');
        }
        Files.writeString(folder.resolve("rows.csv"), csv);
        network().save(folder.resolve("network.zip").toFile());
        job = Files.writeString(folder.resolve("job.yaml"), """
            model: network.zip
            data: {format: csv, shape: [6], classes: 2, normalize: none, train: {path: rows.csv}}
            training: {epochs: %d, batch: 16, optimizer: adam, learning-rate: 0.01}
            target: {groups: 0.5}
            checkpoint: {every: 1 step}
            spark: {shards: 2, master: 'local[2]'}
            """.formatted(EPOCHS));
    }

    @Test
    void badBatches_endTheRun_orAreLeftOutWithTheSameBitsHoweverOftenItIsInterrupted() throws IOException {
        Path run = folder.resolve("run");

        Commands first = compress(run);
        assertThat(first.exitCode()).isEqualTo(4);
        assertThat(first.err())
                .containsPattern("the (loss|gradient) is .* at step [1-8] \\(epoch 1\\) on shard [01]; the last good"
                        + " checkpoint is .*; if its data are at fault, training.skip-bad-batches: 10"
                        + " lets the same command go on");
        assertThat(run.resolve("model.zip")).doesNotExist();
        long good = checkpointed(run);
        assertThat(first.err()).contains("at step %d (epoch 1)".formatted(good + 1));

        // A step that would explode is not taken: the checkpoint is still the one that all others go on from.
        Commands exploding = Commands.run(
                "compress",
                job.toString(),
                "--out",
                run.toString(),
                "--resume",
                "force",
                "--set",
                "training.skip-bad-batches=4",
                "--set",
                "training.learning-rate=1e5");
        assertThat(exploding.exitCode()).isEqualTo(4);
        assertThat(exploding.err())
                .containsPattern(
                        "the update is .* times as long as the parameters at step %d \\(epoch 1\\), whose longest gradient is that of shard [01]; the last good checkpoint is .*; lower training.learning-rate"
                                .formatted(good + 1));
        assertThat(checkpointed(run)).isEqualTo(good).isPositive();

        Commands second = compress(run, "training.skip-bad-batches=2");
        assertThat(second.exitCode()).isEqualTo(4);
        assertThat(second.err()).containsPattern("\\(epoch 3\\) on shard [01], after 2 batches that were left out");
        // How many were left out is in the checkpoint: the same command ends at the same place.
        assertThat(compress(run, "training.skip-bad-batches=2").err()).isEqualTo(second.err());

        Commands third = compress(run, "training.skip-bad-batches=4");
        assertThat(third.exitCode()).as(third.err()).isZero();

        Path whole = folder.resolve("whole");
        Commands uninterrupted = compress(whole, "training.skip-bad-batches=4", "spark.master=local[1]");
        assertThat(uninterrupted.exitCode()).as(uninterrupted.err()).isZero();
        assertThat(run.resolve("model.zip")).hasSameBinaryContentAs(whole.resolve("model.zip"));
        assertThat(run.resolve("steps.jsonl")).hasSameTextualContentAs(whole.resolve("steps.jsonl"));
        JsonNode skipped = Commands.result(run).at("/historySkipped");
        assertThat(skipped).isEqualTo(Commands.result(whole).at("/historySkipped"));
        assertThat(skipped).hasSize(EPOCHS);
        List<JsonNode> steps = steps(run);
        assertThat(steps).hasSize(EPOCHS * STEPS_PER_EPOCH);
        for (int epoch = 0; epoch < EPOCHS; epoch++) {
            JsonNode entry = skipped.get(epoch);
            int step = entry.at("/step").asInt();
            assertThat((step - 1) / STEPS_PER_EPOCH).isEqualTo(epoch);
            assertThat(entry.at("/rows").asInt()).isEqualTo(8);
            assertThat(steps.get(step - 1).at("/skippedShards").toString())
                    .isEqualTo("[%d]".formatted(entry.at("/shard").asInt()));
            assertThat(uninterrupted.out())
                    .contains("skipped   step %d leaves out 8 examples of shard ".formatted(step));
        }
        assertThat(steps).filteredOn(line -> line.has("skippedShards")).hasSize(EPOCHS);
        assertThat(steps).allMatch(line -> Double.isFinite(line.at("/loss").asDouble(Double.NaN)));
    }

    @Test
    void aStepWithoutAnyGoodBatch_takesNoUpdate() throws IOException {
        Path run = folder.resolve("alone");

        Commands done = compress(run, "spark.shards=1", "training.skip-bad-batches=4", "training.epochs=2");

        assertThat(done.exitCode()).as(done.err()).isZero();
        List<JsonNode> passedOver =
                steps(run).stream().filter(line -> line.has("skippedShards")).toList();
        assertThat(passedOver).hasSize(2).allMatch(line -> line.at("/loss").isNull());
        assertThat(Commands.result(run).at("/groups/zero").asInt()).isEqualTo(4);
    }

    /** Steps of the newest checkpoint. */
    private static long checkpointed(Path run) throws IOException {
        try (Stream<Path> places = Files.list(run.resolve("checkpoints/compress"))) {
            return places.mapToLong(place ->
                            Long.parseLong(place.getFileName().toString().substring(0, 12)))
                    .max()
                    .orElse(0);
        }
    }

    private static List<JsonNode> steps(Path run) throws IOException {
        List<JsonNode> steps = new ArrayList<>();
        for (String line : Files.readAllLines(run.resolve("steps.jsonl"))) {
            steps.add(new ObjectMapper().readTree(line));
        }
        return steps;
    }

    private static Commands compress(Path run, String... settings) {
        List<String> arguments = new ArrayList<>(List.of("compress", job.toString(), "--out", run.toString()));
        for (String setting : settings) {
            arguments.addAll(List.of("--set", setting));
        }
        return Commands.run(arguments.toArray(String[]::new));
    }

    private static ComputationGraph network() {
        ComputationGraph network = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .seed(5)
                .updater(new Adam(0.01))
                .activation(Activation.RELU)
                .graphBuilder()
                .addInputs("in")
                .addLayer("hidden", new DenseLayer.Builder().nIn(6).nOut(8).build(), "in")
                .addLayer(
                        "out",
                        new OutputLayer.Builder()
                                .nIn(8)
                                .nOut(2)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "hidden")
                .setOutputs("out")
                .build());
        network.init();
        // Whatever units stay, each makes infinity of the large row.
        for (int unit = 0; unit < 8; unit++) {
            network.getLayer("hidden").getParam("W").putScalar(unit % 6, unit, 2);
        }
        return network;
    }
}
