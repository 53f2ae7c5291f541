package io.halfspace.dl4j;

/**
 * Computes gradients and outputs of one network, whose parameters are handed in with every call.
 *
 * <p>All arrays are in the flat order of {@code ComputationGraph.params()}. An engine is confined to one thread at a time
 * and is closed by whoever opened it.
 */
public interface GradientEngine extends AutoCloseable {
    /**
     * Gradient of the loss over one minibatch.
     *
     * @param parameters the flat parameters; not modified
     * @param batch the examples; not modified
     * @param seed seed of whatever is random in this call (dropout): equal seeds give equal bits
     * @return the sum over the examples, without regularisation; at the places of running statistics the step that they
     *     should take (old value minus new value), which is averaged, not summed, over several minibatches
     */
    GradientSum gradient(float[] parameters, LabelledBatch batch, long seed);

    /**
     * Predictions in inference mode.
     *
     * @param parameters the flat parameters; not modified
     * @param batch the examples; not modified
     * @return how many were classified right, and the sum of their losses
     */
    Evaluation evaluate(float[] parameters, LabelledBatch batch);

    @Override
    void close();
}
