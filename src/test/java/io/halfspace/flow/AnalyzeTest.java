package io.halfspace.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;

/** What {@code analyze} says, and what it and the command line itself refuse. */
final class AnalyzeTest {
    @TempDir
    private Path parent;

    @ParameterizedTest
    @ValueSource(strings = {"digits", "lenet", "resnet20", "resnet18", "vgg16-bn", "branches"})
    void json_hasTheDocumentedKeysForEveryBuiltInNetwork(String name) throws Exception {
        Commands run = Commands.run("analyze", name, "--json");

        assertThat(run.exitCode()).as(run.err()).isZero();
        JsonNode answer = new ObjectMapper().readTree(run.out());
        for (String key : new String[] {"groups", "parameters", "flops", "activationBytes"}) {
            assertThat(answer.path(key).asDouble()).as(key).isPositive();
        }
        assertThat(answer.path("layers")).isNotEmpty();
        for (JsonNode layer : answer.path("layers")) {
            assertThat(layer.fieldNames())
                    .toIterable()
                    .containsExactlyInAnyOrder(
                            "name",
                            "type",
                            "status",
                            "reason",
                            "erasable",
                            "channels",
                            "keeps",
                            "groups",
                            "parameters",
                            "statistics",
                            "flops",
                            "activationBytes",
                            "share",
                            "groupSaves");
            assertThat(layer.path("status").asText()).isIn("prunable", "protected");
            assertThat(layer.path("reason").asText().isEmpty())
                    .isEqualTo(layer.path("status").asText().equals("prunable"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nonsense | Unmatched argument",
                "compress | Missing required parameter: 'JOB'",
                "compress job.yaml --nope | Unknown option: '--nope'",
                "analyze digits --json --dot | mutually exclusive",
                "analyze digits --classes ten | is not an int",
                "analyze digits --set training.epochs=1 | it is a model, name a job file",
                "analyze job.yaml --classes 3 | it says both itself",
                "analyze digits --html /proc/nowhere/page.html | Cannot write '/proc/nowhere/page.html'",
                "analyze digits --input x,y | expected whole numbers from 1",
                "analyze digits --input 1,0,8 | expected whole numbers from 1",
                "analyze nonesuch | there is none of that name",
            })
    void wrongCommandLine_isOneSentence(String line, String says) {
        Commands run = Commands.run(line.split(" "));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).startsWith("Cannot ").contains(says).hasLineCount(1);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void networkOfTwoInputs_isAnalysedWithAndWithoutTheirShapes() throws Exception {
        String model = twoInputs().toString();

        assertThat(Commands.run("analyze", model).out()).contains("8 groups");
        assertThat(Commands.run("analyze", model, "--input", "3", "--input", "4")
                        .out())
                .contains("8 groups");
        Commands wrong = Commands.run("analyze", model, "--input", "3", "--input", "5");
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err()).contains("it does not take --input [3] [5]").hasLineCount(1);
        assertThat(Commands.run("analyze", model, "--input", "3").err()).contains("one for each of its inputs [a, b]");
    }

    private Path twoInputs() throws Exception {
        ComputationGraph network = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .activation(Activation.RELU)
                .graphBuilder()
                .addInputs("a", "b")
                .addLayer("left", new DenseLayer.Builder().nIn(3).nOut(8).build(), "a")
                .addLayer("right", new DenseLayer.Builder().nIn(4).nOut(8).build(), "b")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "left", "right")
                .addLayer(
                        "out",
                        new OutputLayer.Builder()
                                .nIn(8)
                                .nOut(2)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "sum")
                .setOutputs("out")
                .build());
        network.init();
        Path file = parent.resolve("two.zip");
        network.save(file.toFile());
        return file;
    }
}
