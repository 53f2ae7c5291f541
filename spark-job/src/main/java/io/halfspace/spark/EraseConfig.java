package io.halfspace.spark;

import java.util.List;

/**
 * How whole operators leave before channels do, in mode {@code erase-then-prune}.
 *
 * @param target what the network may cost after them
 * @param solver how they are driven to zero
 */
record EraseConfig(TargetConfig target, SolverConfig solver) {
    static EraseConfig read(ConfigSection section, int epochs) {
        return new EraseConfig(
                TargetConfig.read(section),
                SolverConfig.read(section, List.of(SolverConfig.Method.H2SPG, SolverConfig.Method.HESSO), epochs));
    }
}
