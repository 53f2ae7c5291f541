package io.halfspace.spark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.halfspace.graph.LayerAnswer;
import io.halfspace.graph.NetworkCost;
import io.halfspace.graph.Vertex;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/**
 * The analysis of a network, to be printed.
 *
 * @param model the user's name of the model
 * @param layers one answer a layer, in topological order
 * @param cost price of the whole network
 * @param groups number of groups
 * @param millis time that tracing and grouping took
 */
record AnalysisReport(String model, List<LayerAnswer> layers, NetworkCost cost, int groups, double millis) {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    static AnalysisReport of(String model, Network network, double millis) {
        return new AnalysisReport(
                model,
                LayerAnswer.of(network.trace(), network.groups()),
                network.cost(),
                network.groups().count(),
                millis);
    }

    String table() {
        int name = width("layer", layers.stream().map(LayerAnswer::name).toList());
        int type = width("type", layers.stream().map(LayerAnswer::type).toList());
        int erasable =
                width("erasable", layers.stream().map(LayerAnswer::erasable).toList());
        String row = "%-" + name + "s  %-" + type + "s  %8s  %6s  %12s  %14s  %-9s  %-" + erasable + "s  %s";
        StringJoiner lines = new StringJoiner(System.lineSeparator());
        lines.add(row.formatted(
                "layer", "type", "channels", "groups", "parameters", "flops", "status", "erasable", "reason"));
        for (LayerAnswer layer : layers) {
            lines.add(String.format(
                            Locale.ROOT,
                            row,
                            layer.name(),
                            layer.type(),
                            layer.channels(),
                            layer.groups(),
                            "%,d".formatted(layer.parameters()),
                            "%,d".formatted(layer.flops()),
                            status(layer),
                            layer.erasable(),
                            layer.reason())
                    .stripTrailing());
        }
        lines.add("");
        lines.add(String.format(
                Locale.ROOT,
                "%d groups, %d erasable segments, %,d parameters, %,d FLOPs (multiplications), analysed in %.1f ms",
                groups,
                erasableSegments(),
                cost.parameters(),
                cost.flops(),
                millis));
        return lines.toString();
    }

    String json() {
        ObjectNode root = JSON.createObjectNode();
        root.put("model", model);
        root.put("analysisMillis", millis);
        root.put("groups", groups);
        root.put("erasableSegments", erasableSegments());
        root.put("parameters", cost.parameters());
        root.put("flops", cost.flops());
        var list = root.putArray("layers");
        for (LayerAnswer layer : layers) {
            list.addObject()
                    .put("name", layer.name())
                    .put("type", layer.type())
                    .put("status", status(layer))
                    .put("reason", layer.reason())
                    .put("erasable", layer.erasable())
                    .put("channels", layer.channels())
                    .put("groups", layer.groups())
                    .put("parameters", layer.parameters())
                    .put("flops", layer.flops());
        }
        try {
            return JSON.writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write the analysis as JSON", e);
        }
    }

    String dot(Network network) {
        StringJoiner lines = new StringJoiner(System.lineSeparator());
        lines.add("digraph halfspace {");
        lines.add("  rankdir=TB; node [shape=box, style=filled, fontname=Helvetica];");
        for (int v = 0; v < network.trace().size(); v++) {
            Vertex vertex = network.trace().vertex(v);
            boolean prunable = network.groups().group(v, 0) >= 0;
            lines.add("  v%d [label=%s, fillcolor=%s, tooltip=%s];"
                    .formatted(
                            v,
                            quoted(vertex.name() + "\n" + vertex.type() + " " + vertex.channels()),
                            prunable ? "palegreen" : "lightgrey",
                            quoted(network.groups().protection(v, 0).orElse("prunable"))));
            for (int input : vertex.inputs()) {
                lines.add("  v%d -> v%d;".formatted(input, v));
            }
        }
        lines.add("}");
        return lines.toString();
    }

    private long erasableSegments() {
        return layers.stream()
                .map(LayerAnswer::erasable)
                .filter(segment -> !segment.isEmpty())
                .distinct()
                .count();
    }

    private static String status(LayerAnswer layer) {
        return ConfigSection.word(layer.status());
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
    }

    private static int width(String title, List<String> cells) {
        return Math.max(
                title.length(), cells.stream().mapToInt(String::length).max().orElse(0));
    }
}
