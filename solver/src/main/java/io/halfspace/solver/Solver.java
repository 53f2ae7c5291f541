package io.halfspace.solver;

/**
 * Trains and prunes in one: stands between the base optimiser, which says what it would subtract, and the parameters.
 *
 * <p>The same calls on the same vectors give the same bits, whatever the number of threads. Not thread-safe itself.
 */
public interface Solver extends SolverStep {
    /** Steps taken so far; the next one has this number. */
    int stepsTaken();

    /** What the next step will do. */
    Phase phase();

    /** By group, whether it is frozen at zero; a copy. Never turns back to false. */
    boolean[] zeroGroups();

    /**
     * The groups that were more redundant than one that was chosen, most redundant first, and stay because the network
     * cannot do without them beside the chosen ones; empty before the choice.
     */
    int[] passedOver();

    /** Whether the target is reached: all groups that were chosen are zero and stay so. */
    boolean finished();

    /** Everything that a solver of the same settings needs to go on from here with the same bits. */
    SolverState state();

    /**
     * Goes on from a state that {@link #state()} gave.
     *
     * @throws IllegalArgumentException if the state is of another number of groups
     */
    void restore(SolverState state);
}
