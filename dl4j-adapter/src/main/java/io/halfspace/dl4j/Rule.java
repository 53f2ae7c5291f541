package io.halfspace.dl4j;

import io.halfspace.graph.Operation;
import java.util.List;
import java.util.function.Function;

/**
 * What must be known of one kind of layer, vertex or preprocessor.
 *
 * @param type its configuration class; subclasses need rules of their own
 * @param describe the vertices of the trace that a configuration stands for, in topological order
 */
record Rule<T>(Class<T> type, Function<T, List<Part>> describe) {
    interface Describe<T> {
        Operation at(T configuration, Site site);
    }

    /** The configuration for fewer channels: a new one, or the given one modified. */
    interface Resize<T> {
        T to(T configuration, Kept kept);
    }

    /** A rule for configurations that stand for one vertex. */
    Rule(Class<T> type, Describe<T> describe, Resize<T> resize) {
        this(
                type,
                configuration -> List.of(Part.whole(
                        configuration,
                        List.of(),
                        site -> describe.at(configuration, site),
                        kept -> resize.to(configuration, kept))));
    }

    /** A rule for configurations that do not mention channels. */
    static <T> Rule<T> of(Class<T> type, Describe<T> describe) {
        return new Rule<>(type, describe, (configuration, kept) -> configuration);
    }

    List<Part> parts(Object configuration) {
        return describe.apply(type.cast(configuration));
    }
}
