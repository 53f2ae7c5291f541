package io.halfspace.dl4j;

import java.util.List;

/**
 * Computes gradients and outputs of one network, whose parameters are handed in with every call.
 *
 * <p>All parameter arrays are in the flat order of {@code ComputationGraph.params()}. An engine is confined to one thread at
 * a time and is closed by whoever opened it.
 */
public interface GradientEngine extends AutoCloseable {
    /**
     * Gradient of the loss over one minibatch.
     *
     * @param parameters the flat parameters; not modified
     * @param batch the examples, with one target for each output; not modified
     * @param seed seed of whatever is random in this call (dropout): equal seeds give equal bits
     * @return the sum over the examples, without regularisation; at the places of running statistics the step that they
     *     should take (old value minus new value), which is averaged, not summed, over several minibatches
     */
    GradientSum gradient(float[] parameters, Batch batch, long seed);

    /**
     * The same as {@link #gradient} and in the same order, but not rounded to single precision. For networks of data type
     * DOUBLE; comparisons of engines use it.
     */
    double[] preciseGradient(float[] parameters, Batch batch, long seed);

    /**
     * What the network answers in inference mode.
     *
     * @param parameters the flat parameters; not modified
     * @param batch the examples, whose targets are not looked at but for their masks; not modified
     * @return one array for each output, in the network's order, precision and layout; owned by the caller
     */
    List<Values> outputs(float[] parameters, Batch batch);

    /**
     * Judges the network in inference mode.
     *
     * @param parameters the flat parameters; not modified
     * @param batch the examples, with one target for each output; not modified
     * @return the sum of the losses over examples and outputs, and how many class labels were answered right
     */
    Evaluation evaluate(float[] parameters, Batch batch);

    @Override
    void close();
}
