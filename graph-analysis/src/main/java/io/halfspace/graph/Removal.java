package io.halfspace.graph;

/** A network with some of its groups taken out, and its price at every moment: what the built network would cost. */
public interface Removal {
    /** Whether a group is still there and a valid network is left without it. */
    boolean canRemove(int group);

    /**
     * Takes a group out.
     *
     * @throws IllegalArgumentException if it is gone already, or no valid network would be left
     */
    void remove(int group);

    /** Price of what is left. */
    NetworkCost cost();

    /** Whether a group that could not leave before the last removal may be able to now. */
    boolean refusalsMayHaveEnded();
}
