package io.halfspace.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.factory.Nd4j;

/** Whole operators leave a network while it trains, and channels of what is left after them. */
final class ErasingFlowTest {
    @TempDir
    private Path parent;

    @Test
    void erase_leavesAValidNetworkOfTheAskedSize() throws Exception {
        JsonNode result = compress("erased", "training.epochs=10");

        assertThat(result.at("/segments/total").asInt()).isEqualTo(6);
        assertThat(result.at("/segments/erased").asInt()).isEqualTo(2);
        assertThat(result.at("/compact/accuracy").asDouble()).isGreaterThan(0.85);
        ComputationGraph model =
                ComputationGraph.load(parent.resolve("erased/model.zip").toFile(), false);
        assertThat(model.outputSingle(Nd4j.zeros(2, 1, 8, 8)).shape()).containsExactly(2, 10);
        for (JsonNode name : result.at("/segments/names")) {
            String[] layers = name.asText().split("\\.\\.");
            assertThat(model.getVertex(layers[0])).as(layers[0]).isNull();
            assertThat(model.getVertex(layers[1])).as(layers[1]).isNull();
        }
    }

    @Test
    void eraseThenPrune_meetsTheFinalTargetOfTheWholeNetwork_andDecidesTheSameTwice() throws Exception {
        String[] settings = {
            "training.epochs=10",
            "mode=erase-then-prune",
            "erase={groups: 2}",
            "target={parameters: 0.3}",
            "solver={warm-up: 100 steps, frozen-at: 7 epochs}"
        };
        JsonNode result = compress("both", settings);

        double dense = result.at("/dense/parameters").asDouble();
        double kept = result.at("/compact/parameters").asDouble();
        assertThat(kept).isBetween(0.28 * dense, 0.3 * dense);
        assertThat(result.at("/segments/erased").asInt()).isEqualTo(2);
        assertThat(result.at("/compact/accuracy").asDouble()).isGreaterThan(0.6);
        List<JsonNode> steps = steps("both");
        assertThat(steps).hasSize(200);
        assertThat(steps.stream().map(step -> step.at("/stage").asText()).distinct())
                .containsExactly("warm-up", "erase", "refine", "prune", "compact");
        assertThat(steps.stream().map(step -> step.at("/parameters").asInt()).distinct())
                .as("gradients and parameters shrink at each cut")
                .hasSize(3)
                .isSortedAccordingTo((a, b) -> b - a);

        compress("again", settings);

        assertThat(steps("again")).isEqualTo(steps);
    }

    private JsonNode compress(String name, String... settings) throws Exception {
        Path folder = parent.resolve(name);
        List<String> arguments = new ArrayList<>(List.of(
                "compress",
                Commands.REPOSITORY
                        .resolve("examples/digits-stacked-unets.yaml")
                        .toString(),
                "--out",
                folder.toString(),
                "--set",
                "spark.master=local[2]"));
        for (String setting : settings) {
            arguments.add("--set");
            arguments.add(setting);
        }
        Commands run = Commands.run(arguments.toArray(String[]::new));
        assertThat(run.exitCode()).as(run.err()).isZero();
        JsonNode result = Commands.result(folder);
        assertThat(result.at("/equality/passed").asBoolean()).isTrue();
        return result;
    }

    private List<JsonNode> steps(String name) throws Exception {
        ObjectMapper json = new ObjectMapper();
        List<JsonNode> steps = new ArrayList<>();
        for (String line : Files.readAllLines(parent.resolve(name).resolve("steps.jsonl"))) {
            steps.add(json.readTree(line));
        }
        return steps;
    }
}
