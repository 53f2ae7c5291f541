package io.halfspace.spark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One mapping of a job file, read key by key. Every fault (missing, of the wrong type, out of range, unknown) is added to
 * a list that all sections of the file share, so that a user sees all of them at once; a faulty key reads as its default.
 */
final class ConfigSection {
    private final String path;
    private final Map<String, Object> values;
    private final List<String> faults;
    private final Set<String> known = new LinkedHashSet<>();
    private final List<ConfigSection> children = new ArrayList<>();

    ConfigSection(Map<String, Object> values, List<String> faults) {
        this("", values, faults);
    }

    private ConfigSection(String path, Map<String, Object> values, List<String> faults) {
        this.path = path;
        this.values = values;
        this.faults = faults;
    }

    boolean has(String key) {
        known.add(key);
        return values.get(key) != null;
    }

    /** A nested mapping; empty if absent. */
    ConfigSection section(String key) {
        Object value = value(key);
        Map<String, Object> nested = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((k, v) -> nested.put(String.valueOf(k), v));
        } else if (value != null) {
            fault(key, value, "a mapping of keys");
        }
        ConfigSection child = new ConfigSection(path + key + ".", nested, faults);
        children.add(child);
        return child;
    }

    String text(String key, String fallback) {
        Object value = value(key);
        if (value == null) {
            return fallback;
        }
        if (value instanceof Map || value instanceof List) {
            fault(key, value, "a text");
            return fallback;
        }
        return String.valueOf(value);
    }

    String requiredText(String key) {
        if (!has(key)) {
            missing(key);
        }
        return text(key, "");
    }

    int integer(String key, int fallback, int least, int most) {
        return (int) integer(key, (long) fallback, least, most);
    }

    long integer(String key, long fallback, long least, long most) {
        Object value = value(key);
        if (value == null) {
            return fallback;
        }
        boolean whole = value instanceof Integer || value instanceof Long;
        if (!whole || ((Number) value).longValue() < least || ((Number) value).longValue() > most) {
            fault(key, value, "a whole number from %d to %d".formatted(least, most));
            return fallback;
        }
        return ((Number) value).longValue();
    }

    /** A number in {@code [least, most]}. */
    double number(String key, double fallback, double least, double most) {
        Object value = value(key);
        if (value == null) {
            return fallback;
        }
        if (!(value instanceof Number number) || !(number.doubleValue() >= least && number.doubleValue() <= most)) {
            fault(key, value, "a number from %s to %s".formatted(plain(least), plain(most)));
            return fallback;
        }
        return number.doubleValue();
    }

    boolean flag(String key, boolean fallback) {
        Object value = value(key);
        if (value == null) {
            return fallback;
        }
        if (!(value instanceof Boolean flag)) {
            fault(key, value, "true or false");
            return fallback;
        }
        return flag;
    }

    <E extends Enum<E>> E choice(String key, E fallback, Class<E> type) {
        return choice(key, fallback, List.of(type.getEnumConstants()));
    }

    /** One of some constants, by their words. */
    <E extends Enum<E>> E choice(String key, E fallback, List<E> constants) {
        Object value = value(key);
        if (value == null) {
            return fallback;
        }
        for (E constant : constants) {
            if (word(constant).equals(String.valueOf(value))) {
                return constant;
            }
        }
        fault(
                key,
                value,
                "one of " + constants.stream().map(ConfigSection::word).collect(Collectors.joining(", ")));
        return fallback;
    }

    /** A list of whole numbers, each at least 1; empty if absent. */
    int[] sizes(String key) {
        Object value = value(key);
        if (value == null) {
            return new int[0];
        }
        if (value instanceof List<?> list && list.stream().allMatch(e -> e instanceof Integer i && i >= 1)) {
            return list.stream().mapToInt(e -> (Integer) e).toArray();
        }
        fault(key, value, "a list of whole numbers, each at least 1");
        return new int[0];
    }

    /** A list of texts; empty if absent. */
    List<String> texts(String key) {
        Object value = value(key);
        if (value == null) {
            return List.of();
        }
        if (value instanceof List<?> list && list.stream().allMatch(e -> e instanceof String)) {
            return list.stream().map(String::valueOf).toList();
        }
        fault(key, value, "a list of texts");
        return List.of();
    }

    /** The keys of a mapping that a user may name freely. */
    Set<String> keys() {
        return values.keySet();
    }

    /** Notes a fault of this section that no single reader could see. */
    void fault(String key, String sentence) {
        faults.add(path + key + ": " + sentence);
    }

    void missing(String key) {
        faults.add(path + key + ": is missing");
    }

    /** Notes every key, here and below, that nobody has asked for. To be called once, after all keys were read. */
    void reportUnknownKeys() {
        for (String key : values.keySet()) {
            if (!known.contains(key)) {
                faults.add("%s%s: unknown key, expected one of %s".formatted(path, key, String.join(", ", known)));
            }
        }
        children.forEach(ConfigSection::reportUnknownKeys);
    }

    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private Object value(String key) {
        known.add(key);
        return values.get(key);
    }

    private void fault(String key, Object found, String expected) {
        faults.add("%s%s: found %s, expected %s".formatted(path, key, found, expected));
    }

    private static String plain(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
