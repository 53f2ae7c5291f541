package io.halfspace.explain;

import io.halfspace.graph.LayerAnswer;
import io.halfspace.graph.Vertex;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Draws a network as SVG that needs no script: cards of layers, coloured by their groups, and lines between them. */
final class Drawing {
    /** Cards that are drawn; a network of more is told in the table only. */
    static final int CARDS = 1500;

    private static final double WIDTH = 290;
    private static final double ROW = 26;
    private static final double STRIPE = 7;
    private static final int MOST_RUNS = 64;

    private final Analysis analysis;
    private final Colours colours;
    private final Map<Integer, LayerAnswer> answers = new HashMap<>();
    private final Map<Integer, Integer> rowInTable = new HashMap<>();
    private final Markup out = new Markup();
    private long mostFlops = 1;
    private long mostParameters = 1;
    private long mostActivations = 1;

    private Drawing(Analysis analysis) {
        this.analysis = analysis;
        colours = new Colours(analysis.groups());
        for (LayerAnswer layer : analysis.layers()) {
            rowInTable.put(layer.vertex(), answers.size());
            answers.put(layer.vertex(), layer);
            mostFlops = Math.max(mostFlops, layer.cost().flops());
            mostParameters = Math.max(mostParameters, layer.cost().parameters());
            mostActivations = Math.max(mostActivations, layer.cost().activations());
        }
    }

    /** The drawing, or a sentence where the network has too many cards. */
    static String of(Analysis analysis) {
        Cards cards = new Cards(analysis);
        if (cards.cards().size() > CARDS) {
            return new Markup()
                    .element(
                            "p",
                            "Not drawn: the network has %s segments, and more than %s make no readable drawing. The table below has them all."
                                    .formatted(Words.exact(cards.cards().size()), Words.exact(CARDS)),
                            "class",
                            "note")
                    .toString();
        }
        return new Drawing(analysis).draw(cards);
    }

    private String draw(Cards cards) {
        double[][] sizes = cards.cards().stream()
                .map(card -> new double[] {WIDTH, ROW * card.rows().size()})
                .toArray(double[][]::new);
        Layout layout = Layout.of(sizes, cards.lines());
        String width = Markup.number(layout.width());
        String height = Markup.number(layout.height());
        out.open(
                        "svg",
                        "xmlns",
                        "http://www.w3.org/2000/svg",
                        "id",
                        "network",
                        "viewBox",
                        "0 0 " + width + " " + height,
                        "width",
                        width,
                        "height",
                        height,
                        "role",
                        "img",
                        "aria-label",
                        "Drawing of the network " + analysis.model())
                .line();
        out.tag(
                        "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\""
                                + " orient=\"auto\"><path d=\"M0,1 L8,4 L0,7 z\"/></marker></defs>")
                .line();
        for (int i = 0; i < cards.lines().size(); i++) {
            String style = cards.lines().get(i).free() ? "line free" : "line";
            out.shape("path", "class", style, "d", path(layout.route(i)), "marker-end", "url(#tip)")
                    .line();
        }
        for (int i = 0; i < cards.cards().size(); i++) {
            card(cards.cards().get(i), layout.place(i), sizes[i][1]);
        }
        return out.close("svg").toString();
    }

    private void card(Card card, double[] place, double height) {
        String style = card.kind().name().toLowerCase(Locale.ROOT);
        out.open(
                        "g",
                        "class",
                        "card " + style,
                        "transform",
                        "translate(" + Markup.number(place[0]) + "," + Markup.number(place[1]) + ")")
                .line();
        for (int i = 0; i < card.rows().size(); i++) {
            int v = card.rows().get(i);
            if (v < 0) {
                out.element("text", "\u22ee", "class", "gap", "x", WIDTH / 2, "y", ROW * i + 18);
            } else {
                row(v, ROW * i);
            }
        }
        out.open("rect", "class", "frame", "width", WIDTH, "height", height, "rx", 5.0);
        if (!card.title().isEmpty()) {
            out.element("title", card.title());
        }
        out.close("rect").close("g").line();
    }

    private void row(int v, double y) {
        Vertex vertex = analysis.trace().vertex(v);
        List<Colours.Run> runs = colours.runs(v, vertex);
        Colours.Run main = Colours.main(runs);
        String families = Colours.families(runs).stream().map(String::valueOf).collect(Collectors.joining(" "));
        out.open("g", "class", "row " + main.style(), "data-f", families, "data-i", rowInTable.getOrDefault(v, -1));
        out.shape("rect", "class", "back", "y", y, "width", WIDTH, "height", ROW);
        stripe(runs, vertex.channels(), y);
        LayerAnswer answer = answers.get(v);
        if (answer != null) {
            share("flops", answer.cost().flops(), mostFlops, y);
            share("parameters", answer.cost().parameters(), mostParameters, y);
            share("memory", answer.cost().activations(), mostActivations, y);
        }
        out.element("text", Words.fitted(vertex.name(), 24), "class", "name", "x", 14.0, "y", y + 16);
        out.element(
                "text",
                Words.fitted(vertex.type().replaceFirst("(Layer|Vertex)$", ""), 18),
                "class",
                "type",
                "x",
                WIDTH - 40,
                "y",
                y + 16);
        out.element("text", Words.brief(vertex.channels()), "class", "channels", "x", WIDTH - 7, "y", y + 16);
        out.element("title", answer == null ? plain(vertex) : Words.told(analysis, answer));
        out.close("g").line();
    }

    /** The families of the channels, from top to bottom, on the left edge; what is too fine is left out. */
    private void stripe(List<Colours.Run> runs, int channels, double y) {
        if (runs.size() > MOST_RUNS) {
            out.shape("rect", "class", "stripe many", "y", y, "width", STRIPE, "height", ROW);
            return;
        }
        int before = 0;
        for (Colours.Run run : runs) {
            double top = ROW * before / channels;
            before += run.channels();
            double height = ROW * before / channels - top;
            out.shape("rect", "class", "stripe " + run.style(), "y", y + top, "width", STRIPE, "height", height);
        }
    }

    private void share(String measure, long part, long most, double y) {
        if (part > 0) {
            double length = Math.max(1, (WIDTH - STRIPE) * part / most);
            out.shape(
                    "rect", "class", "share " + measure, "x", STRIPE, "y", y + ROW - 4, "width", length, "height", 3.0);
        }
    }

    private static String plain(Vertex vertex) {
        return "%s\n%s, %d channels".formatted(vertex.name(), vertex.type(), vertex.channels());
    }

    /** Straight pieces with rounded corners. */
    private static String path(double[] points) {
        StringBuilder path = new StringBuilder("M").append(point(points[0], points[1]));
        for (int i = 2; i < points.length - 2; i += 2) {
            double[] before = towards(points, i, i - 2);
            double[] after = towards(points, i, i + 2);
            path.append(" L").append(point(before[0], before[1]));
            path.append(" Q").append(point(points[i], points[i + 1]));
            path.append(' ').append(point(after[0], after[1]));
        }
        return path.append(" L")
                .append(point(points[points.length - 2], points[points.length - 1]))
                .toString();
    }

    /** The point up to 14 from one point of a line on the way to another, at most half of the way. */
    private static double[] towards(double[] points, int from, int to) {
        double dx = points[to] - points[from];
        double dy = points[to + 1] - points[from + 1];
        double length = Math.hypot(dx, dy);
        double step = length == 0 ? 0 : Math.min(14, length / 2) / length;
        return new double[] {points[from] + dx * step, points[from + 1] + dy * step};
    }

    private static String point(double x, double y) {
        return Markup.number(x) + "," + Markup.number(y);
    }
}
