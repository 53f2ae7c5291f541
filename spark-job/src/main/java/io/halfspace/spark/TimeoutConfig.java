package io.halfspace.spark;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long the driver waits for the cluster; none of it shows in the result.
 *
 * @param start for Spark to open, and for any executor to take a task
 * @param data for a task that reads or packs rows to come back
 * @param step for a shard to come back
 */
record TimeoutConfig(Duration start, Duration data, Duration step) {
    static final TimeoutConfig DEFAULT =
            new TimeoutConfig(Duration.ofMinutes(10), Duration.ofHours(6), Duration.ofMinutes(30));

    private static final Pattern WRITTEN = Pattern.compile("(\\d{1,6}) *(second|minute|hour)s?");

    static TimeoutConfig read(ConfigSection spark) {
        return new TimeoutConfig(
                read(spark, "start-timeout", DEFAULT.start),
                read(spark, "data-timeout", DEFAULT.data),
                read(spark, "step-timeout", DEFAULT.step));
    }

    /** The limit for a kind of job. */
    Duration of(Awaited.Kind kind) {
        return kind == Awaited.Kind.DATA ? data : step;
    }

    /** The key that sets the limit for a kind of job. */
    static String key(Awaited.Kind kind) {
        return kind == Awaited.Kind.DATA ? "spark.data-timeout" : "spark.step-timeout";
    }

    private static Duration read(ConfigSection section, String key, Duration fallback) {
        String text = section.text(key, "");
        if (text.isEmpty()) {
            return fallback;
        }
        Matcher matcher = WRITTEN.matcher(text);
        if (!matcher.matches() || Long.parseLong(matcher.group(1)) == 0) {
            section.fault(key, "found %s, expected 'N seconds', 'N minutes' or 'N hours'".formatted(text));
            return fallback;
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "second" -> Duration.ofSeconds(amount);
            case "minute" -> Duration.ofMinutes(amount);
            default -> Duration.ofHours(amount);
        };
    }
}
