package io.halfspace.dl4j;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Refuses configurations that Deeplearning4j's importer would take for other networks than they are: it follows only the
 * first use of a shared layer, and drops the settings named here without a word.
 */
final class KerasConfiguration {
    /** Settings that the importer ignores, with the only value that may stand there. */
    private static final Map<String, Object> ONLY = Map.of(
            "mask_zero", false,
            "go_backwards", false,
            "return_state", false,
            "keepdims", false,
            "interpolation", "nearest");

    private KerasConfiguration() {}

    /**
     * Checks a parsed model configuration.
     *
     * @throws Unreadable if a layer reads what does not come before it, is used twice, or has a setting that gets lost
     */
    static void check(Map<String, Object> model) throws Unreadable {
        Object config = model.get("config");
        Object layers = config instanceof Map<?, ?> fields ? fields.get("layers") : config;
        if (!(layers instanceof List<?> list) || list.isEmpty()) {
            throw new Unreadable("its Keras configuration has no layers");
        }
        Set<String> before = new HashSet<>();
        for (Object each : list) {
            if (!(each instanceof Map<?, ?> layer) || !(layer.get("config") instanceof Map<?, ?> settings)) {
                throw new Unreadable("its Keras configuration has a layer without settings");
            }
            String name = String.valueOf(settings.get("name"));
            checkInbound(name, layer.get("inbound_nodes"), before);
            checkSettings(name, settings);
            if (!before.add(name)) {
                throw new Unreadable("its Keras configuration has two layers %s", Unreadable.quote(name));
            }
        }
    }

    private static void checkInbound(String layer, Object nodes, Set<String> before) throws Unreadable {
        if (!(nodes instanceof List<?> uses)) {
            return;
        }
        if (uses.size() > 1) {
            throw new Unreadable(
                    "its layer %s is used %d times, expected once: Deeplearning4j cannot import shared layers",
                    Unreadable.quote(layer), uses.size());
        }
        for (Object use : uses) {
            if (!(use instanceof List<?> sources)) {
                throw new Unreadable("what its layer %s reads cannot be understood", Unreadable.quote(layer));
            }
            for (Object source : sources) {
                if (!(source instanceof List<?> tensor)
                        || tensor.isEmpty()
                        || !(tensor.get(0) instanceof String from)) {
                    throw new Unreadable("what its layer %s reads cannot be understood", Unreadable.quote(layer));
                }
                if (!before.contains(from)) {
                    throw new Unreadable(
                            "its layer %s reads %s, which does not come before it: it is missing, or they form a cycle",
                            Unreadable.quote(layer), Unreadable.quote(from));
                }
            }
        }
    }

    private static void checkSettings(String layer, Map<?, ?> settings) throws Unreadable {
        for (Map.Entry<String, Object> only : ONLY.entrySet()) {
            Object found = settings.get(only.getKey());
            if (found != null && !found.equals(only.getValue())) {
                throw new Unreadable(
                        "its layer %s has %s %s, expected %s: Deeplearning4j cannot import that",
                        Unreadable.quote(layer),
                        only.getKey(),
                        Unreadable.quote(String.valueOf(found)),
                        only.getValue());
            }
        }
        if (settings.get("layer") instanceof Map<?, ?> inner && inner.get("config") instanceof Map<?, ?> wrapped) {
            checkSettings(layer, wrapped);
        }
    }
}
