package io.halfspace.dl4j;

import io.halfspace.graph.Operation;

/**
 * What must be known of one kind of layer, vertex or preprocessor.
 *
 * @param type its configuration class; subclasses need rules of their own
 * @param describe how zero channels travel through it, where its parameters lie, and what it costs
 * @param resize the configuration for fewer channels: a new one, or the given one modified
 */
record Rule<T>(Class<T> type, Describe<T> describe, Resize<T> resize) {
    interface Describe<T> {
        Operation at(T configuration, Site site);
    }

    interface Resize<T> {
        T to(T configuration, Kept kept);
    }

    /** A rule for configurations that do not mention channels. */
    static <T> Rule<T> of(Class<T> type, Describe<T> describe) {
        return new Rule<>(type, describe, (configuration, kept) -> configuration);
    }

    Operation operation(Object configuration, Site site) {
        return describe.at(type.cast(configuration), site);
    }

    Object resized(Object configuration, Kept kept) {
        return resize.to(type.cast(configuration), kept);
    }
}
