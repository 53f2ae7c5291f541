package io.halfspace.explain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.halfspace.graph.FreeBranches;
import io.halfspace.graph.LayerAnswer;
import io.halfspace.graph.NetworkCost;
import io.halfspace.graph.Vertex;

/** Writes an analysis as JSON; docs/configuration.md lists the keys. */
final class AnalysisJson {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Analysis analysis;

    private AnalysisJson(Analysis analysis) {
        this.analysis = analysis;
    }

    static String write(Analysis analysis) {
        try {
            // Jackson would end lines as the platform does.
            return JSON.writeValueAsString(new AnalysisJson(analysis).root()).replace("\r\n", "\n");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write the analysis as JSON", e);
        }
    }

    private ObjectNode root() {
        ObjectNode root = JSON.createObjectNode();
        root.put("model", analysis.model());
        root.put("groups", analysis.groups().count());
        root.put("erasableSegments", analysis.erasable().size());
        root.put("bytesPerValue", analysis.valueBytes());
        cost(root, analysis.total());
        ArrayNode layers = root.putArray("layers");
        analysis.layers().forEach(layer -> layer(layers.addObject(), layer));
        ArrayNode segments = root.putArray("segments");
        for (Analysis.Erasable segment : analysis.erasable()) {
            ObjectNode node = segments.addObject().put("name", segment.name());
            segment.layers().forEach(node.putArray("layers")::add);
            segment.saving()
                    .ifPresentOrElse(saving -> cost(node.putObject("saves"), saving), () -> node.putNull("saves"));
        }
        ArrayNode branches = root.putArray("freeBranches");
        analysis.branches().forEach(branch -> branch(branches.addObject(), branch));
        return root;
    }

    private void layer(ObjectNode node, LayerAnswer layer) {
        node.put("name", layer.name())
                .put("type", layer.type())
                .put("status", Words.status(layer.status()))
                .put("reason", layer.reason())
                .put("erasable", layer.erasable())
                .put("channels", layer.channels())
                .put("keeps", layer.keeps())
                .put("groups", layer.groups());
        cost(node, layer.cost());
        NetworkCost total = analysis.total();
        node.putObject("share")
                .put("parameters", rounded(layer.cost().parameters(), total.parameters()))
                .put("flops", rounded(layer.cost().flops(), total.flops()))
                .put("activationBytes", rounded(layer.cost().activations(), total.activations()));
        layer.groupSaving()
                .ifPresentOrElse(
                        saving -> {
                            ObjectNode saves = node.putObject("groupSaves");
                            cost(saves.putObject("least"), saving.least());
                            cost(saves.putObject("most"), saving.most());
                        },
                        () -> node.putNull("groupSaves"));
    }

    private void branch(ObjectNode node, FreeBranches.Branch branch) {
        node.put("from", analysis.trace().vertex(branch.source()).layer());
        ArrayNode layers = node.putArray("layers");
        branch.vertices().stream()
                .map(analysis.trace()::vertex)
                .map(Vertex::layer)
                .distinct()
                .forEach(layers::add);
        node.put("into", analysis.trace().vertex(branch.joint()).layer());
    }

    private void cost(ObjectNode node, NetworkCost cost) {
        node.put("parameters", cost.parameters())
                .put("statistics", cost.statistics())
                .put("flops", cost.flops())
                .put("activationBytes", analysis.bytes(cost));
    }

    private static double rounded(long part, long whole) {
        return Math.round(Analysis.share(part, whole) * 1e6) / 1e6;
    }
}
