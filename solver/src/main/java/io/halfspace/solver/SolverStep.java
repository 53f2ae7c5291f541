package io.halfspace.solver;

/** How parameters follow from what the base optimiser wants to subtract. */
public interface SolverStep {
    /**
     * Takes one step.
     *
     * @param parameters flat parameter vector x of the whole network, running statistics included; modified in place
     * @param update what the base optimiser wants to subtract, u = learning rate times direction, laid out like {@code
     *     parameters}; not modified
     * @param learningRate the learning rate that is contained in {@code update}
     * @return what the step did
     * @throws IllegalArgumentException if a vector has not the length of the network's flat parameter vector
     */
    StepReport step(float[] parameters, float[] update, double learningRate);
}
