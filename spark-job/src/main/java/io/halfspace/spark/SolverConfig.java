package io.halfspace.spark;

import io.halfspace.solver.Hesso;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How groups are driven to zero; everything has a default, a user needs to set nothing.
 *
 * @param method the solver
 * @param lambda penalty; empty derives it from the base optimiser
 * @param amplify factor on the smallest admissible penalty; empty derives it likewise
 * @param epsilon half-space projection threshold in [0, 1)
 * @param periods in how many shares groups go
 * @param warmUp when groups are chosen; empty takes the default schedule
 * @param frozenAt when all chosen groups are zero; empty takes the default schedule
 */
record SolverConfig(
        Method method,
        OptionalDouble lambda,
        OptionalDouble amplify,
        double epsilon,
        int periods,
        Optional<Span> warmUp,
        Optional<Span> frozenAt) {
    /** Solvers, each with the keys that it understands. */
    enum Method {
        DHSPG("lambda", "amplify", "epsilon"),
        H2SPG("lambda", "amplify", "epsilon"),
        HESSO("periods");

        private final List<String> keys;

        Method(String... keys) {
            this.keys = List.of(keys);
        }
    }

    /**
     * Reads the section.
     *
     * @param methods those that can be chosen, the default first
     * @param epochs length of the run
     */
    static SolverConfig read(ConfigSection section, List<Method> methods, int epochs) {
        SolverConfig config = new SolverConfig(
                section.choice("method", methods.get(0), methods),
                optional(section, "lambda", 0, 1e6),
                optional(section, "amplify", 1, 1e6),
                section.number("epsilon", 0.95, 0, 0.999999),
                section.integer("periods", Hesso.PERIODS, 1, 1_000_000),
                Span.read(section, "warm-up", epochs),
                Span.read(section, "frozen-at", epochs));
        if (config.warmUp.isPresent()
                && config.frozenAt.isPresent()
                && config.warmUp.get().isKnownNotBefore(config.frozenAt.get(), epochs)) {
            section.fault(
                    "warm-up",
                    "found %s, expected less than frozen-at %s"
                            .formatted(section.text("warm-up", ""), section.text("frozen-at", "")));
        }
        for (Method other : methods) {
            for (String key : other.keys) {
                if (!config.method.keys.contains(key) && section.has(key)) {
                    section.fault(
                            key,
                            "belongs to method %s, found method %s"
                                    .formatted(ConfigSection.word(other), ConfigSection.word(config.method)));
                }
            }
        }
        return config;
    }

    private static OptionalDouble optional(ConfigSection section, String key, double least, double most) {
        return section.has(key) ? OptionalDouble.of(section.number(key, least, least, most)) : OptionalDouble.empty();
    }
}
