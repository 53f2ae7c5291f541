package io.halfspace.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models that Keras wrote, from the command line. */
final class KerasTest {
    private static final Path FILES = Commands.REPOSITORY.resolve("dl4j-adapter/src/test/resources/keras");

    @TempDir
    private Path parent;

    @ParameterizedTest
    @ValueSource(strings = {"residual", "depthwise", "concat", "lstm", "embedding", "two_inputs"})
    void model_isAnalysedInTheShapeThatTheFileTells(String name) throws Exception {
        Commands run = Commands.run("analyze", FILES.resolve(name + ".h5").toString(), "--json");

        assertThat(run.exitCode()).as(run.err()).isZero();
        JsonNode answer = new ObjectMapper().readTree(run.out());
        assertThat(answer.path("groups").asInt()).isPositive();
        assertThat(answer.path("layers").findValuesAsText("name"))
                .contains(name.equals("two_inputs") ? "left" : name.equals("lstm") ? "first" : "classes");
    }

    @Test
    void model_isCompressedWithTheOptimizerOfTheJob() throws Exception {
        Path folder = parent.resolve("run");

        Commands run = compress(FILES.resolve("digits.h5"), folder);

        assertThat(run.exitCode()).as(run.err()).isZero();
        JsonNode result = Commands.result(folder);
        assertThat(result.at("/equality/passed").asBoolean()).isTrue();
        assertThat(result.at("/groups/zero").asInt()).isEqualTo(24);
        ComputationGraph compact =
                ComputationGraph.load(folder.resolve("model.zip").toFile(), false);
        assertThat(compact.getLayer("conv1")).isNotNull();
        assertThat(compact.numParams())
                .isLessThan(result.at("/dense/parameters").asLong());
    }

    @Test
    void damagedOrAbsentFile_isOneSentence() throws Exception {
        byte[] file = Files.readAllBytes(FILES.resolve("digits.h5"));
        Path cut = Files.write(parent.resolve("cut.h5"), Arrays.copyOf(file, file.length / 2));
        Path empty = Files.write(parent.resolve("empty.h5"), new byte[0]);

        refused(5, "it is cut short", "analyze", cut.toString());
        refused(5, "it is empty", "analyze", empty.toString());
        refused(
                5,
                "(Unsupported keras layer type Swirl)",
                "analyze",
                FILES.resolve("custom.h5").toString());
        refused(3, "absent.h5", "analyze", parent.resolve("absent.h5").toString());
        Commands run = compress(cut, parent.resolve("run"));
        assertThat(run.exitCode()).as(run.err()).isEqualTo(5);
        assertThat(run.err()).contains("it is cut short").hasLineCount(1);
    }

    private static void refused(int exitCode, String says, String... arguments) {
        Commands run = Commands.run(arguments);
        assertThat(run.exitCode()).as(run.err()).isEqualTo(exitCode);
        assertThat(run.err()).startsWith("Cannot ").contains(says).hasLineCount(1);
    }

    private static Commands compress(Path model, Path folder) {
        return Commands.run(
                "compress",
                Commands.DIGITS_JOB.toString(),
                "--out",
                folder.toString(),
                "--set",
                "model=" + model,
                "--set",
                "training={epochs: 2, learning-rate: 0.005}",
                "--set",
                "target={groups: 0.5}",
                "--set",
                "spark.master=local[2]");
    }
}
