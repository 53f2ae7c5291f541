package io.halfspace.explain;

import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.TraceGraph;
import io.halfspace.graph.Vertex;
import java.util.StringJoiner;

/** Draws a network in the language of Graphviz. */
final class Dot {
    private Dot() {}

    static String draw(Analysis analysis) {
        TraceGraph trace = analysis.trace();
        GroupPartition groups = analysis.groups();
        StringJoiner lines = new StringJoiner("\n");
        lines.add("digraph halfspace {");
        lines.add("  rankdir=TB; node [shape=box, style=filled, fontname=Helvetica];");
        for (int v = 0; v < trace.size(); v++) {
            Vertex vertex = trace.vertex(v);
            lines.add("  v%d [label=%s, fillcolor=%s, tooltip=%s];"
                    .formatted(
                            v,
                            quoted(vertex.name() + "\n" + vertex.type() + " " + vertex.channels()),
                            groups.group(v, 0) >= 0 ? "palegreen" : "lightgrey",
                            quoted(groups.protection(v, 0).orElse("prunable"))));
            for (int input : vertex.inputs()) {
                lines.add("  v%d -> v%d;".formatted(input, v));
            }
        }
        lines.add("}");
        return lines.toString();
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
    }
}
