package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.halfspace.dl4j.BuiltinNetworks;
import java.util.LinkedHashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.learning.config.Sgd;

final class AnalysisReportTest {
    private static final int[] SHAPE = {3, 8, 8};

    @Test
    void branches_areErasableOneByOne() throws Exception {
        AnalysisReport report = AnalysisReport.of(
                "branches",
                Network.analyse(BuiltinNetworks.create("branches", SHAPE, 10, 1, new Sgd(0.1), 0), SHAPE),
                0);
        JsonNode json = new ObjectMapper().readTree(report.json());
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
        assertThat(report.table())
                .contains("deep1-conv..deep2-bn", "5 erasable segments")
                .containsPattern("shallow-bn +BatchNormalization .* prunable +shallow-conv..shallow-bn");
    }
}
