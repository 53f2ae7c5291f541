package io.halfspace.solver;

/** Parts of a run, in their order. */
public enum Phase {
    /** The base optimiser alone; redundancy is scored in the last steps. */
    WARM_UP,
    /** Groups are chosen; they are penalised, and projected to zero when they cross their half-space. */
    PROJECTING,
    /** The chosen groups that are left shrink linearly to zero. */
    CLOSING,
    /** The target is reached; zero groups stay zero, everything else trains on. */
    FROZEN
}
