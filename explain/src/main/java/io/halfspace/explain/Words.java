package io.halfspace.explain;

import io.halfspace.graph.LayerAnswer;
import io.halfspace.graph.NetworkCost;
import java.util.Locale;
import java.util.StringJoiner;

/** How numbers and states are written, the same in all forms. */
final class Words {
    private static final String[] THOUSANDS = {"", "k", "M", "G", "T", "P"};
    private static final String[] BYTES = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

    private Words() {}

    static String status(LayerAnswer.Status status) {
        return status.name().toLowerCase(Locale.ROOT);
    }

    static String exact(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** Three significant digits: 231M. */
    static String brief(long value) {
        return scaled(value, 1000, THOUSANDS, "");
    }

    /** Three significant digits: 1.53 MiB. */
    static String bytes(long value) {
        return scaled(value, 1024, BYTES, " ");
    }

    /** What there is to say of a layer, a fact a line. */
    static String told(Analysis analysis, LayerAnswer layer) {
        NetworkCost total = analysis.total();
        NetworkCost cost = layer.cost();
        StringJoiner lines = new StringJoiner("\n");
        lines.add(layer.name());
        lines.add(
                "%s, %s channels in %s groups".formatted(layer.type(), exact(layer.channels()), exact(layer.groups())));
        lines.add(status(layer.status()) + (layer.reason().isEmpty() ? "" : ": " + layer.reason()));
        if (!layer.erasable().isEmpty()) {
            lines.add("can be erased with " + layer.erasable());
        }
        if (layer.keeps() > 1 && layer.groups() > 0) {
            lines.add("keeps at least %s channels".formatted(exact(layer.keeps())));
        }
        lines.add("%s parameters (%s), %s FLOPs (%s), %s of activations"
                .formatted(
                        exact(cost.parameters()),
                        percent(Analysis.share(cost.parameters(), total.parameters())),
                        exact(cost.flops()),
                        percent(Analysis.share(cost.flops(), total.flops())),
                        bytes(analysis.bytes(cost))));
        layer.groupSaving()
                .ifPresent(saving -> lines.add("one group saves %s parameters, %s FLOPs, %s"
                        .formatted(
                                range(saving.least().parameters(), saving.most().parameters()),
                                range(saving.least().flops(), saving.most().flops()),
                                bytes(analysis.bytes(saving.most())))));
        return lines.toString();
    }

    /** One exact number, or two. */
    static String range(long least, long most) {
        return least == most ? exact(least) : exact(least) + " to " + exact(most);
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f%%", 100 * share);
    }

    /** Characters as a terminal counts them (of scripts one column wide). */
    static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** Line breaks and control characters, which could move a terminal's cursor, as visible marks. */
    static String oneLine(String text) {
        return text.replaceAll("\\p{Cntrl}", "\ufffd");
    }

    /** Cuts the middle out of a text that is too long; beginnings and ends of layer names tell most. */
    static String fitted(String text, int length) {
        int count = length(text);
        if (count <= length) {
            return text;
        }
        int head = (length - 1) / 2;
        int tail = length - 1 - head;
        return text.substring(0, text.offsetByCodePoints(0, head))
                + "\u2026"
                + text.substring(text.offsetByCodePoints(0, count - tail));
    }

    private static String scaled(long value, int base, String[] units, String gap) {
        double scaled = value;
        int unit = 0;
        while (scaled >= 999.5 && unit < units.length - 1) {
            scaled /= base;
            unit++;
        }
        String form = unit == 0 || scaled >= 99.95 ? "%.0f" : scaled >= 9.995 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, form, scaled) + gap + units[unit];
    }
}
