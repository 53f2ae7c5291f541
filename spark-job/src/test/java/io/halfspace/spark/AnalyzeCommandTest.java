package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.halfspace.dl4j.BuiltinNetworks;
import io.halfspace.explain.Analysis;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.learning.config.Sgd;

final class AnalyzeCommandTest {
    private static final int[] SHAPE = {3, 8, 8};

    private final ComputationGraph branches = BuiltinNetworks.create("branches", SHAPE, 10, 1, new Sgd(0.1), 0);

    @Test
    void branches_areErasableOneByOne() throws Exception {
        Analysis analysis = analysis(Network.analyse(branches, SHAPE));
        JsonNode json = new ObjectMapper().readTree(analysis.json());
        Set<String> segments = new LinkedHashSet<>();
        json.get("layers").forEach(layer -> segments.add(layer.get("erasable").asText()));

        assertThat(segments)
                .containsExactlyInAnyOrder(
                        "",
                        "branch5-conv..branch5-relu",
                        "branch3-conv..branch3-relu",
                        "branch1-conv..branch1-relu",
                        "deep1-conv..deep2-bn",
                        "shallow-conv..shallow-bn");
        assertThat(json.get("erasableSegments").asInt()).isEqualTo(5);
        assertThat(json.get("freeBranches").toString())
                .isEqualTo("[{\"from\":\"halve\",\"layers\":[],\"into\":\"add\"}]");
        assertThat(analysis.table(0)).contains("deep1-conv..deep2-bn", "5 erasable segments");
    }

    /** The prices are of networks that Deeplearning4j has really built. */
    @Test
    void parameters_areThoseOfTheNetwork() throws Exception {
        JsonNode json = new ObjectMapper()
                .readTree(analysis(Network.analyse(branches, SHAPE)).json());
        long sum = 0;
        for (JsonNode layer : json.get("layers")) {
            long own =
                    layer.get("parameters").asLong() + layer.get("statistics").asLong();
            assertThat(own)
                    .isEqualTo(branches.getVertex(layer.get("name").asText()).numParams());
            sum += own;
        }
        assertThat(sum).isEqualTo(branches.numParams());
    }

    @Test
    void layersOfAJob_showWhatTheyKeep() {
        LayersConfig layers =
                new LayersConfig(List.of(), List.of("branch5-*"), Map.of("branch1-conv", 5, "branch3-conv", 16), 1);
        String table = analysis(Network.analyse(branches, SHAPE, layers)).table(100);

        assertThat(table)
                .contains("'branch5-conv': the job file excludes it")
                .contains("keeps at least 5 channels")
                .contains("keeps at least 16 channels");
    }

    private static Analysis analysis(Network network) {
        return Analysis.of("branches", network.trace(), network.groups(), 4);
    }
}
