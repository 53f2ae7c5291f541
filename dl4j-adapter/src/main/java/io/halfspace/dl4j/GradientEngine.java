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
    default GradientSum gradient(float[] parameters, Batch batch, long seed) {
        return gradient(parameters, batch, seed, new float[parameters.length]);
    }

    /**
     * The same, into an array of the caller's, who may use one again and again.
     *
     * @param into where the gradient goes, as many values as {@code parameters}; overwritten whole
     * @return the sum, whose gradient is {@code into}
     */
    GradientSum gradient(float[] parameters, Batch batch, long seed, float[] into);

    /**
     * The same as {@link #gradient} and in the same order, but not rounded to single precision. For networks of data type
     * DOUBLE; comparisons of engines use it.
     */
    double[] preciseGradient(float[] parameters, Batch batch, long seed);

    /**
     * The network at parameters that it takes over once, however many batches it then answers.
     *
     * @param parameters the flat parameters; not modified
     * @return good until the engine is used in another way
     */
    Inference at(float[] parameters);

    /** A network in inference mode, at fixed parameters. */
    interface Inference {
        /**
         * What the network answers.
         *
         * @param batch the examples, whose targets are not looked at but for their masks; not modified
         * @return one array for each output, in the network's order, precision and layout; owned by the caller
         */
        List<Values> outputs(Batch batch);

        /**
         * Judges the network.
         *
         * @param batch the examples, with one target for each output; not modified
         * @return the sum of the losses over examples and outputs, and how many class labels were answered right
         */
        Evaluation evaluate(Batch batch);
    }

    /** {@link Inference#outputs} at the given parameters. */
    default List<Values> outputs(float[] parameters, Batch batch) {
        return at(parameters).outputs(batch);
    }

    /** {@link Inference#evaluate} at the given parameters. */
    default Evaluation evaluate(float[] parameters, Batch batch) {
        return at(parameters).evaluate(batch);
    }

    @Override
    void close();
}
