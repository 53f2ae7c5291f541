package io.halfspace.dl4j;

import java.util.LinkedHashMap;
import java.util.Map;

/** Names of built-in networks with sizes: {@code super-resnet:width=16,depth=2}. */
final class NetworkName {
    private static final int LARGEST_SIZE = 4096;

    private NetworkName() {}

    /** The name without sizes. */
    static String stem(String name) {
        int colon = name.indexOf(':');
        return colon < 0 ? name : name.substring(0, colon);
    }

    /** Names of sizes and their defaults, in order: text, number, text, number, ... */
    static Map<String, Integer> sizes(Object... namesAndDefaults) {
        Map<String, Integer> sizes = new LinkedHashMap<>();
        for (int i = 0; i < namesAndDefaults.length; i += 2) {
            sizes.put((String) namesAndDefaults[i], (Integer) namesAndDefaults[i + 1]);
        }
        return sizes;
    }

    /**
     * The sizes that a name asks for, the others as they are by default.
     *
     * @throws IllegalArgumentException if it is written otherwise or names a size that the network has not
     */
    static Map<String, Integer> sizes(String name, Map<String, Integer> defaults) {
        Map<String, Integer> sizes = new LinkedHashMap<>(defaults);
        if (!name.contains(":")) {
            return sizes;
        }
        if (defaults.isEmpty()) {
            throw fault(name, "it has no sizes to choose, expected '%s'".formatted(stem(name)));
        }
        for (String part : name.substring(name.indexOf(':') + 1).split(",", -1)) {
            String[] pair = part.split("=", -1);
            if (pair.length != 2 || !defaults.containsKey(pair[0])) {
                throw fault(
                        name,
                        "found '%s', expected SIZE=NUMBER with a size of %s"
                                .formatted(part, String.join(", ", defaults.keySet())));
            }
            if (!pair[1].matches("[1-9]\\d{0,3}") || Integer.parseInt(pair[1]) > LARGEST_SIZE) {
                throw fault(
                        name,
                        "found %s '%s', expected a whole number from 1 to %d"
                                .formatted(pair[0], pair[1], LARGEST_SIZE));
            }
            sizes.put(pair[0], Integer.parseInt(pair[1]));
        }
        return sizes;
    }

    private static IllegalArgumentException fault(String name, String reason) {
        return new IllegalArgumentException("Cannot create network '%s': %s".formatted(name, reason));
    }
}
