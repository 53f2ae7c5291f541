package io.halfspace.explain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

final class AnalysisPageTest {
    private static final Pattern SVG = Pattern.compile("<svg .*</svg>", Pattern.DOTALL);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "</script><script>alert(1)</script>",
                "\" onmouseover=\"alert(1)",
                "'><img src=x onerror=alert(1)>",
                "</title></svg></style><b>",
                "<!--",
                "]]>",
                "&lt;&amp;",
                "\u0000\u001b[31m\ud800\r\n",
                "javascript:alert(1)//",
                "\u202ereversed \ud83d\ude00"
            })
    void namesOfLayers_staySoManyTexts(String hostile) throws Exception {
        String plain = Nets.small("name").html();
        String html = Nets.small(hostile).html();

        assertThat(tags(html)).isEqualTo(tags(plain));
        List<String> names = new ArrayList<>();
        NodeList titles = drawing(html).getElementsByTagName("title");
        for (int i = 0; i < titles.getLength(); i++) {
            names.add(titles.item(i).getTextContent());
        }
        String readable = hostile.replace('\u0000', '\ufffd')
                .replace('\u001b', '\ufffd')
                .replace('\r', '\ufffd')
                .replace("\ud800\ufffd", "\ufffd\ufffd");
        assertThat(names).anyMatch(text -> text.startsWith(readable + "stem\n"));
    }

    @Test
    void page_needsNothingElse() throws Exception {
        String html = Nets.small("").html();

        assertThat(html.replace("http://www.w3.org/2000/svg", ""))
                .doesNotContain("http:", "https:", "src=", "href=", "@import");
        assertThat(html)
                .contains("default-src &#39;none&#39;")
                .doesNotContain("unsafe-inline")
                .doesNotContain(" style=\"");
        for (String kind : List.of("script", "style")) {
            Matcher inline = Pattern.compile("<" + kind + ">(.*?)</" + kind + ">", Pattern.DOTALL)
                    .matcher(html);
            assertThat(inline.find()).isTrue();
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest(inline.group(1).getBytes(StandardCharsets.UTF_8));
            assertThat(html)
                    .contains(kind + "-src &#39;sha256-" + Base64.getEncoder().encodeToString(hash) + "&#39;");
            assertThat(inline.find()).isFalse();
        }
    }

    @Test
    void drawing_hasEveryLayerAndLineOnce() throws Exception {
        Document svg = drawing(Nets.small("").html());

        assertThat(texts(svg, "name"))
                .containsExactly("in", "stem", "left", "left-relu", "right", "sum", "a", "b", "cat", "out");
        assertThat(elements(svg, "path", "line")).hasSize(10);
        assertThat(elements(svg, "path", "line free")).hasSize(1);
        assertThat(elements(svg, "g", "card erasable")).hasSize(4);
        assertThat(elements(svg, "g", "card input")).hasSize(1);
        // A colour a family of groups: stem, left and right are tied by the sum, and a and b are two more.
        assertThat(Nets.small("").html())
                .contains("row h0", "row h1", "row h2", "row grey")
                .doesNotContain("row h3");
    }

    @Test
    void everyColour_isInTheStyleSheet() {
        String html = Nets.small("").html();
        for (int hue = 0; hue < Colours.HUES; hue++) {
            assertThat(html).contains(".h" + hue + " { --h: ");
        }
        assertThat(html).doesNotContain(".h" + Colours.HUES + " {");
    }

    @Test
    void longChains_areCutAndBigNetworksOnlyTold() throws Exception {
        Document chain = drawing(Nets.chain(5000).html());
        assertThat(texts(chain, "name")).hasSize(1 + 12).contains("dense0", "dense4999");

        String big = Nets.residual(Drawing.CARDS).html();
        assertThat(big).doesNotContain("<svg").contains("Not drawn: the network has 4,502 segments", ">dense1499<");
    }

    @Test
    void thousandVertices_andDenseConnections_areDrawn() throws Exception {
        assertThat(texts(drawing(Nets.residual(400).html()), "name")).hasSize(1203);
        Document dense = drawing(Nets.dense(60).html());
        assertThat(texts(dense, "name")).hasSize(123);
    }

    private static Document drawing(String html) throws Exception {
        Matcher svg = SVG.matcher(html);
        assertThat(svg.find()).isTrue();
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(svg.group())));
    }

    private static List<String> texts(Document svg, String style) {
        return elements(svg, "text", style).stream()
                .map(Element::getTextContent)
                .toList();
    }

    private static List<Element> elements(Document svg, String tag, String style) {
        List<Element> found = new ArrayList<>();
        NodeList all = svg.getElementsByTagName(tag);
        for (int i = 0; i < all.getLength(); i++) {
            Element element = (Element) all.item(i);
            if (element.getAttribute("class").equals(style)) {
                found.add(element);
            }
        }
        return found;
    }

    /** All tags of a page with the names of their attributes, as a browser's parser finds them: no text can hold one. */
    private static List<String> tags(String html) {
        List<String> tags = new ArrayList<>();
        Matcher tag = Pattern.compile("<[/!a-zA-Z][^>]*>").matcher(html);
        while (tag.find()) {
            tags.add(tag.group().replaceAll("\"[^\"]*\"", ""));
        }
        return tags;
    }
}
