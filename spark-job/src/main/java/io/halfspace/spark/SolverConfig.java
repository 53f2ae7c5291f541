package io.halfspace.spark;

import io.halfspace.solver.Hesso;
import java.util.List;
import java.util.OptionalDouble;

/**
 * How groups are driven to zero; everything has a default, a user needs to set nothing.
 *
 * @param method the solver
 * @param lambda penalty; empty derives it from the base optimiser
 * @param amplify factor on the smallest admissible penalty; empty derives it likewise
 * @param epsilon half-space projection threshold in [0, 1)
 * @param periods in how many shares groups go
 * @param warmUp share of the run before groups are chosen; empty takes the default schedule
 * @param frozenAt share of the run after which all chosen groups are zero; empty takes the default schedule
 */
record SolverConfig(
        Method method,
        OptionalDouble lambda,
        OptionalDouble amplify,
        double epsilon,
        int periods,
        OptionalDouble warmUp,
        OptionalDouble frozenAt) {
    /** Solvers, each with the keys that only it understands. */
    enum Method {
        DHSPG("lambda", "amplify", "epsilon"),
        HESSO("periods");

        private final List<String> keys;

        Method(String... keys) {
            this.keys = List.of(keys);
        }
    }

    static SolverConfig read(ConfigSection section) {
        SolverConfig config = new SolverConfig(
                section.choice("method", Method.DHSPG, Method.class),
                optional(section, "lambda", 0, 1e6),
                optional(section, "amplify", 1, 1e6),
                section.number("epsilon", 0.95, 0, 0.999999),
                section.integer("periods", Hesso.PERIODS, 1, 1_000_000),
                optional(section, "warm-up", 0, 0.98),
                optional(section, "frozen-at", 0.01, 1));
        for (Method other : Method.values()) {
            for (String key : other.keys) {
                if (other != config.method && section.has(key)) {
                    section.fault(
                            key,
                            "belongs to method %s, found method %s"
                                    .formatted(ConfigSection.word(other), ConfigSection.word(config.method)));
                }
            }
        }
        if (config.warmUp.isPresent()
                && config.frozenAt.isPresent()
                && config.warmUp.getAsDouble() >= config.frozenAt.getAsDouble()) {
            section.fault(
                    "warm-up",
                    "found %s, expected less than frozen-at %s"
                            .formatted(config.warmUp.getAsDouble(), config.frozenAt.getAsDouble()));
        }
        return config;
    }

    private static OptionalDouble optional(ConfigSection section, String key, double least, double most) {
        return section.has(key) ? OptionalDouble.of(section.number(key, least, least, most)) : OptionalDouble.empty();
    }
}
