package io.halfspace.spark;

import java.util.Locale;
import java.util.StringJoiner;

/** The end of a run in a few lines, for a person. */
final class Summary {
    private Summary() {}

    static String of(RunReport report) {
        StringJoiner lines = new StringJoiner(System.lineSeparator());
        String target = "target: %s %s".formatted(report.text("target", "measure"), report.text("target", "amount"));
        if (report.has("segments")) {
            int passedOver = report.count("segments", "passedOver");
            lines.add("segments  %s of %s erased%s%s"
                    .formatted(
                            report.text("segments", "erased"),
                            report.text("segments", "total"),
                            report.has("groups") ? "" : " (" + target + ")",
                            passedOver == 0
                                    ? ""
                                    : (", %d more redundant %s passed over, without which the network would be invalid or"
                                                    + " far smaller than asked")
                                            .formatted(passedOver, passedOver == 1 ? "one" : "ones")));
        }
        if (report.has("groups")) {
            lines.add("groups    %s of %s zero (%s)"
                    .formatted(report.text("groups", "zero"), report.text("groups", "total"), target));
        }
        lines.add("equality  largest difference %.2g of the largest output, passed"
                .formatted(report.number("equality", "maxRelativeDifference")));
        lines.add("%-20s %14s %14s %8s".formatted("", "dense", "compact", "kept"));
        for (String key : new String[] {"parameters", "flops", "bytes"}) {
            lines.add(count(key, report.number("dense", key), report.number("compact", key)));
        }
        lines.add(millis("latency of one", report, "one"));
        lines.add(millis("latency of a batch", report, "batch"));
        lines.add("%-20s %14s %14s   (dense: %s; compact: %s)"
                .formatted(
                        "accuracy",
                        percent(report.number("dense", "accuracy")),
                        percent(report.number("compact", "accuracy")),
                        report.text("dense", "accuracyOf"),
                        report.text("compact", "accuracyOf")));
        return lines.toString();
    }

    private static String count(String name, double dense, double compact) {
        return String.format(Locale.ROOT, "%-20s %,14.0f %,14.0f %7.1f%%", name, dense, compact, 100 * compact / dense);
    }

    private static String millis(String name, RunReport report, String key) {
        double dense = report.number("dense", "latencyMillis", key);
        double compact = report.number("compact", "latencyMillis", key);
        return String.format(
                Locale.ROOT, "%-20s %11.2f ms %11.2f ms %7.1f%%", name, dense, compact, 100 * compact / dense);
    }

    private static String percent(double accuracy) {
        return Double.isNaN(accuracy) ? "-" : String.format(Locale.ROOT, "%.2f%%", 100 * accuracy);
    }
}
