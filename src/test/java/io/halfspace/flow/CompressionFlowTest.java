package io.halfspace.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipFile;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.factory.Nd4j;

/** One short run of the digits example, looked at from all sides. */
final class CompressionFlowTest {
    @TempDir
    private Path parent;

    @Test
    void compress_givesAVerifiedSmallerModelAndTheDocumentedResult() throws Exception {
        Path folder = parent.resolve("run");

        Commands run = Commands.run(
                "compress",
                Commands.DIGITS_JOB.toString(),
                "--out",
                folder.toString(),
                "--set",
                "training.epochs=8",
                "--set",
                "training.baseline=false",
                "--set",
                "target={groups: 0.5}",
                "--set",
                "spark.master=local[2]");

        assertThat(run.exitCode()).as(run.err()).isZero();
        JsonNode result = Commands.result(folder);
        assertThat(result.at("/status").asText()).isEqualTo("succeeded");
        int total = result.at("/groups/total").asInt();
        assertThat(result.at("/groups/zero").asInt())
                .isEqualTo(Math.round(0.5f * total))
                .isPositive();
        assertThat(result.at("/equality/passed").asBoolean()).isTrue();
        assertThat(result.at("/equality/maxRelativeDifference").asDouble()).isLessThanOrEqualTo(1e-5);
        for (String key : new String[] {"parameters", "flops", "bytes", "latencyMillis/one", "latencyMillis/batch"}) {
            assertThat(result.at("/compact/" + key).asDouble()).as(key).isPositive();
            assertThat(result.at("/dense/" + key).asDouble()).as(key).isPositive();
        }
        assertThat(result.at("/compact/parameters").asLong())
                .isLessThan(result.at("/dense/parameters").asLong());
        assertThat(result.at("/compact/accuracy").asDouble()).isGreaterThan(0.8);
        assertThat(result.at("/history").size()).isEqualTo(8);

        ComputationGraph model =
                ComputationGraph.load(folder.resolve("model.zip").toFile(), false);
        assertThat(model.outputSingle(Nd4j.zeros(2, 1, 8, 8)).shape()).containsExactly(2, 10);
        assertThat(model.numParams())
                .isEqualTo(result.at("/compact/parameters").asLong()
                        + result.at("/compact/statistics").asLong());
        try (ZipFile zip = new ZipFile(folder.resolve("model.zip").toFile())) {
            assertThat(new String(zip.getInputStream(zip.getEntry("halfspace/normalizer.json"))
                            .readAllBytes()))
                    .isEqualTo(Files.readString(folder.resolve("normalizer.json")));
        }

        Commands judged =
                Commands.run("evaluate", folder.resolve("model.zip").toString(), Commands.DIGITS_JOB.toString());
        assertThat(judged.exitCode()).as(judged.err()).isZero();
        assertThat(judged.out())
                .contains(
                        "accuracy %.4f".formatted(result.at("/compact/accuracy").asDouble()));

        // The model knows its normalizer: the training rows that the job file names do not matter.
        Commands elsewhere = Commands.run(
                "evaluate",
                folder.resolve("model.zip").toString(),
                Commands.DIGITS_JOB.toString(),
                "--set",
                "data.normalize=none");
        assertThat(elsewhere.out()).isEqualTo(judged.out());
    }
}
