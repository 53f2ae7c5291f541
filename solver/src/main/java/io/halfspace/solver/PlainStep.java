package io.halfspace.solver;

/**
 * The base optimiser's own step: trains the network without compression, for comparison.
 *
 * <p>Not thread-safe.
 */
public final class PlainStep implements SolverStep {
    private int stepsTaken;

    @Override
    public StepReport step(float[] parameters, float[] update, double learningRate) {
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] -= update[i];
        }
        return new StepReport(stepsTaken++, Phase.WARM_UP, 0, 0, 0, 0, 0, 0);
    }
}
