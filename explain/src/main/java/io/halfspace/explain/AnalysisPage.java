package io.halfspace.explain;

import io.halfspace.graph.FreeBranches;
import io.halfspace.graph.LayerAnswer;
import io.halfspace.graph.NetworkCost;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes an analysis as one HTML page: sums, the network drawn, and a table of all layers.
 *
 * <p>The page holds its style sheet and its script, fetches nothing, and forbids the browser everything else by their hashes,
 * so that no name of a layer, which may come from a foreign model, can become code.
 */
final class AnalysisPage {
    private final Analysis analysis;
    private final Markup out = new Markup();

    AnalysisPage(Analysis analysis) {
        this.analysis = analysis;
    }

    String html() {
        String style = resource("page.css");
        String script = resource("page.js");
        out.tag("<!DOCTYPE html>")
                .line()
                .tag("<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .line();
        out.open(
                        "meta",
                        "http-equiv",
                        "Content-Security-Policy",
                        "content",
                        "default-src 'none'; style-src '%s'; script-src '%s'".formatted(hash(style), hash(script)))
                .line();
        out.tag("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
                .line();
        out.element("title", analysis.model() + " \u2013 Halfspace analysis").line();
        out.tag("<style>").tag(style).tag("</style></head><body>").line();
        summary();
        drawing();
        layers();
        segments();
        branches();
        out.tag("<div id=\"tip-box\" hidden></div>").line();
        out.tag("<script>").tag(script).tag("</script></body></html>").line();
        return out.toString();
    }

    private void summary() {
        NetworkCost total = analysis.total();
        out.tag("<header>").element("h1", analysis.model()).line();
        out.tag("<dl class=\"sums\">");
        sum("parameters", Words.exact(total.parameters()));
        sum("FLOPs", Words.exact(total.flops()));
        sum("activations", Words.bytes(analysis.bytes(total)));
        sum("groups", Words.exact(analysis.groups().count()));
        sum("layers prunable", of(analysis.count(LayerAnswer.Status.PRUNABLE)));
        sum("layers protected", of(analysis.count(LayerAnswer.Status.PROTECTED)));
        sum("erasable segments", Words.exact(analysis.erasable().size()));
        sum("free branches", Words.exact(analysis.branches().size()));
        out.tag("</dl></header>").line();
    }

    private String of(long count) {
        return Words.exact(count) + " of " + Words.exact(analysis.layers().size());
    }

    private void sum(String what, String number) {
        out.tag("<div>").element("dt", what).element("dd", number).tag("</div>");
    }

    private void drawing() {
        out.tag("<section><div class=\"bar\"><h2>Network</h2>");
        out.tag("<ul class=\"legend\"><li class=\"k-group\">colour: groups that leave together</li>");
        out.tag("<li class=\"k-grey\">protected</li><li class=\"k-erase\">erasable as a whole</li>");
        out.tag("<li class=\"k-free\">free branch: without parameters</li><li class=\"k-share\">share of");
        out.tag("<select id=\"measure\" aria-label=\"measure of the cost share\"><option value=\"flops\">FLOPs");
        out.tag("<option value=\"parameters\">parameters<option value=\"memory\">activations</select></li></ul>");
        out.tag("<span class=\"zoom\"><button id=\"out\" title=\"smaller\">&minus;</button>");
        out.tag("<button id=\"fit\">fit</button><button id=\"in\" title=\"larger\">+</button></span></div>")
                .line();
        out.tag("<div id=\"view\" class=\"flops\" tabindex=\"0\">").line();
        out.tag(Drawing.of(analysis)).line();
        out.tag("</div></section>").line();
    }

    private void layers() {
        out.tag("<section><div class=\"bar\"><h2>Layers</h2>");
        out.tag(
                "<input id=\"search\" type=\"search\" placeholder=\"search names, types, reasons\"><span id=\"found\"></span></div>");
        out.line().tag("<div class=\"wide\"><table id=\"layers\"><thead><tr>");
        for (String title : List.of("layer", "type", "status")) {
            out.element("th", title);
        }
        for (String title : List.of(
                "channels",
                "kept at least",
                "groups",
                "parameters",
                "share",
                "FLOPs",
                "share",
                "activations",
                "a group saves: parameters",
                "FLOPs",
                "activations")) {
            out.element("th", title, "class", "n");
        }
        out.element("th", "erasable with")
                .element("th", "why not")
                .tag("</tr></thead><tbody>")
                .line();
        analysis.layers().forEach(this::layer);
        out.tag("</tbody></table></div></section>").line();
    }

    private void layer(LayerAnswer layer) {
        NetworkCost cost = layer.cost();
        NetworkCost total = analysis.total();
        out.open("tr", "class", Words.status(layer.status()))
                .element("td", layer.name())
                .element("td", layer.type());
        out.open("td").element("b", Words.status(layer.status())).close("td");
        number(Words.exact(layer.channels()), layer.channels());
        number(Words.exact(layer.keeps()), layer.keeps());
        number(Words.exact(layer.groups()), layer.groups());
        number(Words.exact(cost.parameters()), cost.parameters());
        number(Words.percent(Analysis.share(cost.parameters(), total.parameters())), cost.parameters());
        number(Words.exact(cost.flops()), cost.flops());
        number(Words.percent(Analysis.share(cost.flops(), total.flops())), cost.flops());
        number(Words.bytes(analysis.bytes(cost)), cost.activations());
        layer.groupSaving()
                .ifPresentOrElse(this::saving, () -> out.tag("<td class=\"n\"><td class=\"n\"><td class=\"n\">"));
        out.element("td", layer.erasable())
                .element("td", layer.reason())
                .close("tr")
                .line();
    }

    private void saving(LayerAnswer.Saving saving) {
        NetworkCost least = saving.least();
        NetworkCost most = saving.most();
        number(Words.range(least.parameters(), most.parameters()), most.parameters());
        number(Words.range(least.flops(), most.flops()), most.flops());
        String bytes = Words.bytes(analysis.bytes(most));
        number(
                least.activations() == most.activations() ? bytes : Words.bytes(analysis.bytes(least)) + " to " + bytes,
                most.activations());
    }

    /** A cell of the table that is sorted by a number. */
    private void number(String text, long value) {
        out.element("td", text, "class", "n", "data-v", value);
    }

    private void segments() {
        if (analysis.erasable().isEmpty()) {
            return;
        }
        out.tag(
                "<section><h2>Erasable segments</h2><div class=\"wide\"><table><thead><tr><th>segment</th><th>layers</th>");
        out.tag(
                "<th class=\"n\">saves: parameters</th><th class=\"n\">FLOPs</th><th class=\"n\">activations</th></tr></thead><tbody>");
        out.line();
        for (Analysis.Erasable segment : analysis.erasable()) {
            out.open("tr").element("td", segment.name()).element("td", String.join(", ", segment.layers()));
            segment.saving().ifPresent(saving -> {
                number(Words.exact(saving.parameters()), saving.parameters());
                number(Words.exact(saving.flops()), saving.flops());
                number(Words.bytes(analysis.bytes(saving)), saving.activations());
            });
            out.close("tr").line();
        }
        out.tag("</tbody></table></div></section>").line();
    }

    private void branches() {
        if (analysis.branches().isEmpty()) {
            return;
        }
        out.tag(
                "<section><h2>Free branches</h2><p class=\"note\">Branches without parameters. Told only: no trainable value stands for them, ");
        out.tag(
                "so none is ever erased.</p><div class=\"wide\"><table><thead><tr><th>from</th><th>over</th><th>into</th></tr>");
        out.tag("</thead><tbody>").line();
        for (FreeBranches.Branch branch : analysis.branches()) {
            String over = branch.vertices().stream()
                    .map(v -> analysis.trace().vertex(v).layer())
                    .distinct()
                    .collect(Collectors.joining(", "));
            out.open("tr")
                    .element("td", analysis.trace().vertex(branch.source()).layer())
                    .element("td", over)
                    .element("td", analysis.trace().vertex(branch.joint()).layer())
                    .close("tr")
                    .line();
        }
        out.tag("</tbody></table></div></section>").line();
    }

    private static String resource(String name) {
        try (InputStream in = AnalysisPage.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
