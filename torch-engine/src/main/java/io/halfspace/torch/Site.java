package io.halfspace.torch;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Where a layer or vertex stands.
 *
 * @param name of the vertex
 * @param parameters of the layer, by Deeplearning4j's keys
 * @param type precision of the network
 * @param trained collects the parameters that gradients are wanted of; rules add to it through {@link #weight}
 * @param frozen whether gradients of these parameters are zero
 */
record Site(String name, Map<String, Parameter> parameters, DataType type, Set<Parameter> trained, boolean frozen) {
    /** A parameter that gradients are wanted of. */
    Parameter weight(String key) {
        Parameter parameter = parameters.get(key);
        if (parameter == null) {
            throw unsupported("it has no parameter '%s', expected one".formatted(key));
        }
        if (!frozen) {
            trained.add(parameter);
        }
        return parameter;
    }

    /** The same, if the layer has it. */
    Optional<Parameter> optionalWeight(String key) {
        return parameters.containsKey(key) ? Optional.of(weight(key)) : Optional.empty();
    }

    /** A parameter that is only read, like running statistics. */
    Optional<Parameter> constant(String key) {
        return Optional.ofNullable(parameters.get(key));
    }

    /** The same place for a layer whose parameters stay as they are. */
    Site frozenSite() {
        return new Site(name, parameters, type, trained, true);
    }

    /** The place of a wrapped layer, whose parameters have a prefix. */
    Site prefixed(String prefix) {
        Map<String, Parameter> inner = new LinkedHashMap<>();
        parameters.forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                inner.put(key.substring(prefix.length()), value);
            }
        });
        return new Site(name, inner, type, trained, frozen);
    }

    UnsupportedLayerException unsupported(String reason) {
        return new UnsupportedLayerException(name, reason);
    }
}
