package io.halfspace.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What happened in a training run.
 *
 * @param epochs an entry an epoch, oldest first
 * @param stages an entry a stage, oldest first
 * @param skipped an entry for each batch that was left out, oldest first
 */
record History(List<Epoch> epochs, List<Begun> stages, List<Skipped> skipped) {
    History {
        Objects.requireNonNull(epochs, "epochs");
        Objects.requireNonNull(stages, "stages");
        Objects.requireNonNull(skipped, "skipped");
    }

    History() {
        this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }

    /**
     * A shard's part of a minibatch that is in no sum.
     *
     * @param step the step, from 1
     * @param shard number of the shard
     * @param rows examples in it
     * @param fault what was wrong, as a clause
     */
    record Skipped(int step, int shard, int rows, String fault) {}

    /**
     * A stage of the run.
     *
     * @param name its name
     * @param step steps taken before it
     * @param parameters length of the flat parameter vector that is trained in it
     * @param passedOver segments that stay although they were more redundant than a chosen one: without them the network
     *     would be invalid or far smaller than asked
     */
    record Begun(String name, int step, int parameters, List<String> passedOver) {}

    /**
     * One epoch.
     *
     * @param epoch number, from 1
     * @param steps steps taken since the beginning
     * @param stage stage of the run at its end
     * @param phase phase of the solver at its end
     * @param groupsZero groups that are zero or gone at its end
     * @param parameters length of the flat parameter vector at its end
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
            String stage,
            String phase,
            int groupsZero,
            int parameters,
            double trainLoss,
            double validationLoss,
            double validationAccuracy,
            double seconds,
            double roundSeconds,
            double computeSeconds,
            double updateSeconds,
            double solverSeconds) {}

    /** A history of its own with the same entries. */
    History copy() {
        return new History(new ArrayList<>(epochs), new ArrayList<>(stages), new ArrayList<>(skipped));
    }

    void begin(String stage, int step, Trainee trainee) {
        stages.add(new Begun(stage, step, trainee.parameters().length, trainee.passedOver()));
    }

    /** Segments that stay although they were more redundant than a chosen one, over all stages. */
    List<String> passedOver() {
        return stages.stream()
                .flatMap(stage -> stage.passedOver().stream())
                .distinct()
                .toList();
    }

    void add(Epoch epoch) {
        epochs.add(epoch);
    }

    /** Validation accuracy of the last epoch, NaN before the first. */
    double lastAccuracy() {
        return epochs.isEmpty() ? Double.NaN : epochs.get(epochs.size() - 1).validationAccuracy();
    }
}
