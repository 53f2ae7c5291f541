package io.halfspace.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.halfspace.dl4j.ZooNetworks;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks of Deeplearning4j's zoo, asked for by name on the command line. */
final class ZooTest {
    static List<String> buildable() {
        return ZooNetworks.names().stream()
                .filter(name -> !name.equals("zoo:nasnet"))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"zoo:lenet", "zoo:squeezenet", "zoo:textgenerationlstm", "zoo:facenetnn4small2"})
    void networkOfTheZoo_isAnalysedAsPublished(String name) throws Exception {
        Commands run = Commands.run("analyze", name, "--json");

        assertThat(run.exitCode()).as(run.err()).isZero();
        JsonNode answer = new ObjectMapper().readTree(run.out());
        assertThat(answer.path("groups").asInt()).isPositive();
        assertThat(answer.path("layers")).isNotEmpty();
    }

    @Tag("slow")
    @ParameterizedTest
    @MethodSource("buildable")
    void everyNetworkOfTheZoo_isAnalysedAsPublished(String name) throws Exception {
        networkOfTheZoo_isAnalysedAsPublished(name);
    }

    @Test
    void shapeAndClasses_canBeOthers() throws Exception {
        Commands run = Commands.run("analyze", "zoo:squeezenet", "--input", "1,64,48", "--classes", "7", "--json");

        assertThat(run.exitCode()).as(run.err()).isZero();
        for (JsonNode layer : new ObjectMapper().readTree(run.out()).path("layers")) {
            if (layer.path("name").asText().equals("conv10")) {
                assertThat(layer.path("channels").asInt()).isEqualTo(7);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "analyze zoo:vgg17 | there is none of that name, expected one of zoo:alexnet, zoo:darknet19, ",
                "analyze vgg17 | super-resnet, darts, zoo:alexnet, ",
                "analyze zoo:alexnet --input 3,32,32 | expected a shape like the published [3, 224, 224]",
                "analyze zoo:nasnet | Deeplearning4j cannot build it (Cannot calculate activation types",
                "analyze zoo:unet --classes 5 | found 5 classes, expected 1",
                "analyze zoo:lenet --input 1,28,28 --input 1,28,28 | found 2 times --input, expected 1",
            })
    void whatCannotBeMade_isOneSentence(String line, String says) {
        Commands run = Commands.run(line.split(" "));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).startsWith("Cannot ").contains(says).hasLineCount(1);
    }
}
