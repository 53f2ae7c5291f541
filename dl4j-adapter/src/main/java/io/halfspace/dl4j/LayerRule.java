package io.halfspace.dl4j;

import io.halfspace.graph.Operation;

/**
 * What must be known of a layer, vertex or preprocessor of your own, so that channels can be cut out of it and around it.
 * Without a rule it is protected, with everything that it touches.
 *
 * <p>Implementations are found by {@link java.util.ServiceLoader}: a jar on the class path with the implementation, and
 * its name in {@code META-INF/services/io.halfspace.dl4j.LayerRule}, is enough. Model files may then name the class {@link
 * #type}, and no other of yours. Rules must have no state; they are called from several threads. A rule that throws, or
 * whose answer does not fit the layer (other channels, parameters that are not accounted for), leaves the layer protected,
 * with the reason.
 *
 * @param <T> the configuration class, as Deeplearning4j stores it: a {@code Layer}, {@code GraphVertex} or {@code
 *     InputPreProcessor}
 */
public interface LayerRule<T> {
    /** The configuration class; neither its subclasses nor Deeplearning4j's own classes are covered. */
    Class<T> type();

    /**
     * How zero channels travel through it, where its parameters lie in the flat vector of the network (from {@link
     * Site#offset} on, {@link Site#parameters} in all), and what it costs.
     *
     * @param configuration not to be modified
     */
    Operation describe(T configuration, Site site);

    /**
     * The configuration for fewer channels: a new one, or the given one (a copy of the network's) modified. The parameters
     * that stay are cut out by {@link #describe}'s slices, in their old order. By default nothing changes, which is right
     * for configurations that do not mention channels.
     */
    default T resize(T configuration, Kept kept) {
        return configuration;
    }
}
