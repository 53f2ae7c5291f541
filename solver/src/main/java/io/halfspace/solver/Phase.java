package io.halfspace.solver;

/** Parts of a run, in their order. */
public enum Phase {
    /** The base optimiser alone; redundancy is scored in the last steps. */
    WARM_UP,
    /** DHSPG only: groups are chosen; they are penalised, and projected to zero when they cross their half-space. */
    PROJECTING,
    /** Chosen groups shrink linearly to zero: all that are left with DHSPG, share by share with HESSO. */
    CLOSING,
    /** The target is reached; zero groups stay zero, everything else trains on. */
    FROZEN
}
