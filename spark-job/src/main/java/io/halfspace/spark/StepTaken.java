package io.halfspace.spark;

import io.halfspace.solver.StepReport;

/**
 * What a step of a training did.
 *
 * @param step number of the step, from 0
 * @param epoch number of its epoch, from 0
 * @param stage stage of the run
 * @param trainee after the step
 * @param report what the solver did
 * @param sum the gradients that it was taken with
 * @param roundNanos time until they were summed, from sending the parameters
 * @param updateNanos time of the base optimiser
 * @param solverNanos time of the solver
 */
record StepTaken(
        int step,
        int epoch,
        Stage stage,
        Trainee trainee,
        StepReport report,
        GradientRound.Sum sum,
        long roundNanos,
        long updateNanos,
        long solverNanos) {
    /** Mean over the examples, before the step; NaN if there were none. */
    double loss() {
        return sum.lossSum() / sum.rows();
    }

    /** Time that the slowest shard computed. */
    long computeNanos() {
        return Math.round(sum.slowestMillis() * 1e6);
    }
}
