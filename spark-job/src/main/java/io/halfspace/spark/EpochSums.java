package io.halfspace.spark;

import io.halfspace.dl4j.Evaluation;

/** What adds up over the steps of an epoch. */
final class EpochSums {
    private final long started = System.nanoTime();
    private Sums sums;

    /**
     * The sums so far.
     *
     * @param phase phase of the solver in the last step, empty before the first
     * @param lossSum of the examples' losses
     * @param rows number of examples
     * @param seconds since the epoch began, up to the last checkpoint
     * @param roundSeconds thereof gathering gradients
     * @param computeSeconds thereof computing: the slowest shard of each step
     * @param updateSeconds thereof the base optimiser
     * @param solverSeconds thereof the solver
     */
    record Sums(
            String phase,
            double lossSum,
            long rows,
            double seconds,
            double roundSeconds,
            double computeSeconds,
            double updateSeconds,
            double solverSeconds) {
        static final Sums NONE = new Sums("", 0, 0, 0, 0, 0, 0, 0);
    }

    /** Goes on from sums of before. */
    EpochSums(Sums before) {
        sums = before;
    }

    void add(StepTaken taken) {
        sums = new Sums(
                taken.report().phase().name(),
                sums.lossSum + taken.sum().lossSum(),
                sums.rows + taken.sum().rows(),
                sums.seconds,
                sums.roundSeconds + taken.roundNanos() / 1e9,
                sums.computeSeconds + taken.computeNanos() / 1e9,
                sums.updateSeconds + taken.updateNanos() / 1e9,
                sums.solverSeconds + taken.solverNanos() / 1e9);
    }

    /** Whether no step was added. */
    boolean isEmpty() {
        return sums.phase.isEmpty();
    }

    /** The sums up to now. */
    Sums sums() {
        return new Sums(
                sums.phase,
                sums.lossSum,
                sums.rows,
                sums.seconds + (System.nanoTime() - started) / 1e9,
                sums.roundSeconds,
                sums.computeSeconds,
                sums.updateSeconds,
                sums.solverSeconds);
    }

    History.Epoch epoch(int number, int steps, Stage stage, Trainee trainee, Evaluation validation) {
        boolean judged = validation.rows() > 0;
        Sums now = sums();
        return new History.Epoch(
                number,
                steps,
                stage.name(),
                now.phase,
                trainee.zeroCount(),
                trainee.parameters().length,
                now.lossSum / now.rows,
                judged ? validation.loss() : Double.NaN,
                judged ? validation.accuracy() : Double.NaN,
                now.seconds,
                now.roundSeconds,
                now.computeSeconds,
                now.updateSeconds,
                now.solverSeconds);
    }
}
