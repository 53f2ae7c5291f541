package io.halfspace.spark;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/**
 * Tells a person how training goes: a bar that is drawn over itself on a terminal, else a line every few seconds.
 *
 * <p>Not thread-safe.
 */
final class Progress {
    private static final long TERMINAL_MILLIS = 200;
    private static final long LOG_MILLIS = 5000;
    /** Short, so that a line fits 80 columns: one that wraps cannot be drawn over. */
    private static final int BAR = 12;

    private final PrintStream out;
    private final boolean terminal;
    private String title = "";
    private int totalSteps;
    private long started;
    private long shown;
    private long samples;
    private int stepsBefore;

    Progress(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /**
     * @param before steps that were taken before this process began
     * @param steps steps in all
     */
    void begin(String newTitle, int before, int steps) {
        title = newTitle;
        stepsBefore = before;
        totalSteps = steps;
        started = System.nanoTime();
        shown = 0;
        samples = 0;
    }

    void step(int step, int rows, double loss, double accuracy, int groupsZero, int groups) {
        samples += rows;
        long now = System.nanoTime();
        long interval = terminal ? TERMINAL_MILLIS : LOG_MILLIS;
        if (shown != 0 && step < totalSteps && now - shown < interval * 1_000_000) {
            return;
        }
        shown = now;
        double seconds = Math.max(1e-9, (now - started) / 1e9);
        String share = Double.isNaN(accuracy) ? "-" : String.format(Locale.ROOT, "%.2f%%", 100 * accuracy);
        String line = String.format(
                Locale.ROOT,
                terminal
                        ? "%s %s %d/%d loss %.4f acc %s zero %d/%d %.0f/s %s left"
                        : "%s %s step %d/%d  loss %.4f  accuracy %s  zero groups %d/%d  %.0f samples/s  %s left",
                title,
                bar(step),
                step,
                totalSteps,
                loss,
                share,
                groupsZero,
                groups,
                samples / seconds,
                time(seconds / (step - stepsBefore) * (totalSteps - step)));
        if (terminal) {
            out.print("\r\u001b[K" + line + (step == totalSteps ? System.lineSeparator() : ""));
        } else {
            out.println(line);
        }
        out.flush();
    }

    void say(String format, Object... values) {
        out.println((terminal ? "\r\u001b[K" : "") + String.format(Locale.ROOT, format, values));
        out.flush();
    }

    private String bar(int step) {
        if (!terminal) {
            return "|";
        }
        int full = (int) ((long) BAR * step / totalSteps);
        return "[" + "#".repeat(full) + ".".repeat(BAR - full) + "]";
    }

    private static String time(double seconds) {
        Duration duration = Duration.ofSeconds(Math.round(seconds));
        return duration.toHours() > 0
                ? "%dh%02dm".formatted(duration.toHours(), duration.toMinutesPart())
                : "%dm%02ds".formatted(duration.toMinutes(), duration.toSecondsPart());
    }
}
