package io.halfspace.spark;

/** What leaves the network. */
enum Mode {
    /** Single channels. */
    PRUNE,
    /** Whole operators. */
    ERASE,
    /** Whole operators, and in the same run channels of what is left. */
    ERASE_THEN_PRUNE;

    boolean erases() {
        return this != PRUNE;
    }

    boolean prunes() {
        return this != ERASE;
    }
}
