package io.halfspace.spark;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How the network is trained.
 *
 * @param epochs passes over the training part
 * @param batch examples a step, over all shards together
 * @param optimizer base optimiser; empty keeps what the model's own configuration says
 * @param learningRate learning rate at the start
 * @param schedule how the learning rate falls
 * @param momentum momentum of SGD with momentum
 * @param weightDecay L2 coefficient (decoupled for AdamW)
 * @param l1 L1 coefficient
 * @param clipValue largest absolute value of each gradient, if bounded
 * @param clipNorm largest norm of each layer's gradient, if bounded
 * @param badBatches shards' batches with an unusable loss or gradient that may be left out; one more ends the training
 * @param baseline whether the dense network is trained beside, with the same seed and steps, to compare with
 * @param seed seed of everything random
 */
record TrainingConfig(
        int epochs,
        int batch,
        Optional<OptimizerName> optimizer,
        double learningRate,
        ScheduleName schedule,
        double momentum,
        double weightDecay,
        double l1,
        OptionalDouble clipValue,
        OptionalDouble clipNorm,
        int badBatches,
        boolean baseline,
        long seed) {
    /** Base optimisers that a job file can name. */
    enum OptimizerName {
        SGD,
        MOMENTUM,
        ADAM,
        ADAMW,
        AMSGRAD,
        RMSPROP
    }

    /** Ways for the learning rate to fall: not at all, to a tenth at 50 % and again at 75 % of the run, linearly to 0. */
    enum ScheduleName {
        CONSTANT,
        STEP,
        LINEAR
    }
}
