package io.halfspace.solver;

import java.util.Objects;

/**
 * The base optimiser's own step: trains the network without compression, for comparison.
 *
 * <p>Not thread-safe.
 */
public final class PlainStep implements SolverStep {
    private final Phase phase;
    private int stepsTaken;

    /** Steps before anything is chosen. */
    public PlainStep() {
        this(Phase.WARM_UP);
    }

    /** Steps of a given phase: {@link Phase#FROZEN} for a network whose zero groups are gone. */
    public PlainStep(Phase phase) {
        this.phase = Objects.requireNonNull(phase, "phase");
    }

    @Override
    public StepReport step(float[] parameters, float[] update, double learningRate) {
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] -= update[i];
        }
        return new StepReport(stepsTaken++, phase, 0, 0, 0, 0, 0, 0, 0, 0);
    }
}
