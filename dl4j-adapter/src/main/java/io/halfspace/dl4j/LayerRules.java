package io.halfspace.dl4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.Layer;

/**
 * The user's own rules. They are looked up anew each time: jars may join a running session, and only classes that are not
 * Deeplearning4j's are ever looked up.
 */
final class LayerRules {
    private LayerRules() {}

    /** The rule for a configuration class, if there is one. */
    static Optional<Rule<?>> of(Class<?> type) {
        for (LayerRule<?> rule : load()) {
            if (rule.type() == type) {
                return Optional.of(rule(rule));
            }
        }
        return Optional.empty();
    }

    /** Whether a rule covers the class of this name, and it is a configuration. */
    static boolean cover(String className) {
        for (LayerRule<?> rule : load()) {
            if (rule.type().getName().equals(className) && isConfiguration(rule.type())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isConfiguration(Class<?> type) {
        return Layer.class.isAssignableFrom(type)
                || GraphVertex.class.isAssignableFrom(type)
                || InputPreProcessor.class.isAssignableFrom(type);
    }

    private static <T> Rule<T> rule(LayerRule<T> rule) {
        return new Rule<>(rule.type(), rule::describe, rule::resize);
    }

    /**
     * Every rule on the class path.
     *
     * @throws IllegalStateException if one cannot be created
     */
    @SuppressWarnings("rawtypes") // A service loader knows classes, not their parameters.
    private static Iterable<LayerRule<?>> load() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        ClassLoader loader = context == null ? LayerRule.class.getClassLoader() : context;
        List<LayerRule<?>> rules = new ArrayList<>();
        try {
            for (LayerRule rule : ServiceLoader.load(LayerRule.class, loader)) {
                rules.add(rule);
            }
        } catch (ServiceConfigurationError broken) {
            throw new IllegalStateException(
                    "Cannot load the layer rules on the class path: " + broken.getMessage(), broken);
        }
        return rules;
    }
}
