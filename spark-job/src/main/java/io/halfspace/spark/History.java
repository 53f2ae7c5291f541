package io.halfspace.spark;

import java.util.ArrayList;
import java.util.List;

/**
 * What happened in a training run, an entry an epoch.
 *
 * @param epochs oldest first
 */
record History(List<Epoch> epochs) {
    History() {
        this(new ArrayList<>());
    }

    /**
     * One epoch.
     *
     * @param epoch number, from 1
     * @param steps steps taken since the beginning
     * @param phase phase of the solver at its end
     * @param groupsZero groups that are zero at its end
     * @param trainLoss mean loss over its steps
     * @param validationLoss mean loss on the validation part, NaN without one
     * @param validationAccuracy accuracy on the validation part, NaN without one
     * @param seconds how long it took, validation included
     * @param roundSeconds thereof gathering gradients, from sending the parameters to having the sum
     * @param computeSeconds thereof computing: the slowest shard of each step
     * @param updateSeconds thereof the base optimiser
     * @param solverSeconds thereof the solver
     */
    record Epoch(
            int epoch,
            int steps,
            String phase,
            int groupsZero,
            double trainLoss,
            double validationLoss,
            double validationAccuracy,
            double seconds,
            double roundSeconds,
            double computeSeconds,
            double updateSeconds,
            double solverSeconds) {}

    void add(Epoch epoch) {
        epochs.add(epoch);
    }

    /** Validation accuracy of the last epoch, NaN before the first. */
    double lastAccuracy() {
        return epochs.isEmpty() ? Double.NaN : epochs.get(epochs.size() - 1).validationAccuracy();
    }
}
