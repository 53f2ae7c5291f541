package io.halfspace.explain;

import java.util.Locale;

/** Writes HTML and SVG: everything that is not a tag of ours goes in as escaped text. */
final class Markup {
    private final StringBuilder out = new StringBuilder();

    /** Adds markup of our own, without foreign text. */
    Markup tag(String markup) {
        out.append(markup);
        return this;
    }

    /** Opens an element; attributes come in pairs of name and value. */
    Markup open(String element, Object... attributes) {
        out.append('<').append(element);
        for (int i = 0; i < attributes.length; i += 2) {
            out.append(' ').append(attributes[i]).append("=\"");
            escape(attributes[i + 1] instanceof Double number ? number(number) : String.valueOf(attributes[i + 1]));
            out.append('"');
        }
        out.append('>');
        return this;
    }

    Markup close(String element) {
        out.append("</").append(element).append('>');
        return this;
    }

    Markup text(String text) {
        escape(text);
        return this;
    }

    /** An element with nothing but a text in it. */
    Markup element(String element, String text, Object... attributes) {
        return open(element, attributes).text(text).close(element);
    }

    /** An SVG element without content. */
    Markup shape(String element, Object... attributes) {
        open(element, attributes);
        out.setCharAt(out.length() - 1, '/');
        out.append('>');
        return this;
    }

    Markup line() {
        out.append('\n');
        return this;
    }

    @Override
    public String toString() {
        return out.toString();
    }

    /** At most one digit behind the point, the same for every locale. */
    static String number(double value) {
        String text = String.format(Locale.ROOT, "%.1f", value);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }

    /** Also what is no character of HTML (control characters, lone surrogates) is replaced. */
    private void escape(String text) {
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                case '\n' -> out.append('\n');
                default -> {
                    boolean readable = !Character.isISOControl(c) && Character.getType(c) != Character.SURROGATE;
                    out.appendCodePoint(readable ? c : 0xfffd);
                }
            }
        });
    }
}
