package io.halfspace.explain;

import io.halfspace.graph.FreeBranches;
import io.halfspace.graph.LayerAnswer;
import io.halfspace.graph.NetworkCost;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Writes an analysis as a table for a terminal: layers, then erasable segments and parameter-free branches, then sums. */
final class LayerTable {
    private static final String INDENT = "    ";
    private static final int LEAST_NAME = 16;
    private static final int GOOD_NAME = 24;
    private static final int LEAST_TYPE = 12;

    /** Columns that are left out, in this order, where a line would get too long. */
    private static final List<String> SPARE =
            List.of("a group saves", "memory", "type", "groups", "channels", "share ");

    private final Analysis analysis;

    LayerTable(Analysis analysis) {
        this.analysis = analysis;
    }

    String lines(int width) {
        int limit = width == 0 ? Integer.MAX_VALUE : Math.max(60, width);
        List<String> lines = new ArrayList<>();
        addLayers(lines, limit);
        addSegments(lines, limit);
        addBranches(lines, limit);
        lines.add("");
        addWrapped(lines, summary(), "", limit);
        return String.join(System.lineSeparator(), lines);
    }

    private void addLayers(List<String> lines, int limit) {
        boolean unlimited = limit == Integer.MAX_VALUE;
        TextColumns<LayerAnswer> columns = columns(Words::exact);
        if (columns.width() > limit) {
            columns = columns(Words::brief);
            shrink(columns, "type", LEAST_TYPE, limit);
            int rest = columns.widthOf("layer") - Math.min(columns.widthOf("layer"), GOOD_NAME);
            for (String spare : SPARE) {
                if (columns.width() - rest > limit) {
                    columns.drop(spare);
                }
            }
            shrink(columns, "layer", LEAST_NAME, limit);
        }
        lines.add(unlimited ? columns.header() + "  why" : columns.header());
        for (int i = 0; i < analysis.layers().size(); i++) {
            String why = why(analysis.layers().get(i));
            if (unlimited) {
                lines.add((columns.row(i) + "  " + Words.oneLine(why)).stripTrailing());
            } else {
                lines.add(columns.row(i));
                addWrapped(lines, why, INDENT, limit);
            }
        }
    }

    private static void shrink(TextColumns<?> columns, String title, int least, int limit) {
        columns.shrink(title, Math.max(least, columns.widthOf(title) - Math.max(0, columns.width() - limit)));
    }

    private TextColumns<LayerAnswer> columns(Function<Long, String> number) {
        NetworkCost total = analysis.total();
        TextColumns<LayerAnswer> columns = new TextColumns<>(analysis.layers());
        columns.left("layer", LayerAnswer::name);
        columns.left("type", LayerAnswer::type);
        columns.right("channels", layer -> String.valueOf(layer.channels()));
        columns.right("groups", layer -> String.valueOf(layer.groups()));
        columns.right("parameters", layer -> number.apply(layer.cost().parameters()));
        columns.right(
                "share", layer -> Words.percent(Analysis.share(layer.cost().parameters(), total.parameters())));
        columns.right("flops", layer -> number.apply(layer.cost().flops()));
        columns.right(
                "share ", layer -> Words.percent(Analysis.share(layer.cost().flops(), total.flops())));
        columns.right("memory", layer -> Words.bytes(analysis.bytes(layer.cost())));
        columns.right(
                "a group saves",
                layer -> layer.groupSaving().map(LayerTable::saves).orElse(""));
        columns.left("status", layer -> Words.status(layer.status()));
        return columns;
    }

    /** Parameters and FLOPs that one group saves at most. */
    private static String saves(LayerAnswer.Saving saving) {
        String sign = saving.least().equals(saving.most()) ? "" : "<=";
        return sign + Words.brief(saving.most().parameters()) + ", " + sign
                + Words.brief(saving.most().flops());
    }

    private static String why(LayerAnswer layer) {
        List<String> parts = new ArrayList<>();
        if (!layer.erasable().isEmpty()) {
            parts.add("can be erased with " + layer.erasable());
        }
        if (!layer.reason().isEmpty()) {
            parts.add(layer.reason());
        } else if (layer.keeps() > 1) {
            parts.add("keeps at least %d channels".formatted(layer.keeps()));
        }
        return String.join("; ", parts);
    }

    private void addSegments(List<String> lines, int limit) {
        if (analysis.erasable().isEmpty()) {
            return;
        }
        lines.add("");
        TextColumns<Analysis.Erasable> columns = new TextColumns<>(analysis.erasable());
        columns.left("erasable segment saves", Analysis.Erasable::name);
        columns.right("parameters", segment -> saves(segment, NetworkCost::parameters, Words::exact));
        columns.right("flops", segment -> saves(segment, NetworkCost::flops, Words::exact));
        columns.right("memory", segment -> saves(segment, analysis::bytes, Words::bytes));
        shrink(columns, "erasable segment saves", LEAST_NAME, limit);
        lines.add(columns.header());
        for (int i = 0; i < analysis.erasable().size(); i++) {
            lines.add(columns.row(i));
        }
    }

    private static String saves(
            Analysis.Erasable segment, Function<NetworkCost, Long> measure, Function<Long, String> number) {
        return segment.saving().map(measure).map(number).orElse("");
    }

    private void addBranches(List<String> lines, int limit) {
        if (analysis.branches().isEmpty()) {
            return;
        }
        lines.add("");
        lines.add("branches without parameters (told, never erased)");
        for (FreeBranches.Branch branch : analysis.branches()) {
            String over = branch.vertices().stream()
                    .map(v -> analysis.trace().vertex(v).layer())
                    .distinct()
                    .collect(Collectors.joining(", "));
            String line = "%s -> %s%s"
                    .formatted(
                            analysis.trace().vertex(branch.source()).layer(),
                            analysis.trace().vertex(branch.joint()).layer(),
                            over.isEmpty() ? "" : ", over " + over);
            addWrapped(lines, line, "  ", limit);
        }
    }

    private String summary() {
        NetworkCost total = analysis.total();
        return "%s groups; %s of %s layers prunable, %s erasable segments; %s parameters, %s FLOPs (multiplications), %s of activations an example"
                .formatted(
                        Words.exact(analysis.groups().count()),
                        Words.exact(analysis.count(LayerAnswer.Status.PRUNABLE)),
                        Words.exact(analysis.layers().size()),
                        Words.exact(analysis.erasable().size()),
                        Words.exact(total.parameters()),
                        Words.exact(total.flops()),
                        Words.bytes(analysis.bytes(total)));
    }

    /** Adds a text in lines of a limited length, broken between words where there are any. */
    private static void addWrapped(List<String> lines, String text, String indent, int limit) {
        String rest = Words.oneLine(text);
        while (indent.length() + rest.length() > limit) {
            int room = limit - indent.length();
            int space = rest.lastIndexOf(' ', room);
            int end = space > 0 ? space : room;
            lines.add(indent + rest.substring(0, end));
            rest = rest.substring(end).stripLeading();
        }
        if (!rest.isEmpty()) {
            lines.add(indent + rest);
        }
    }
}
