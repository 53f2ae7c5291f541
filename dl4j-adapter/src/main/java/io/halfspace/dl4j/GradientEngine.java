package io.halfspace.dl4j;

import java.nio.FloatBuffer;
import java.util.List;

/**
 * Computes gradients and outputs of one network.
 *
 * <p>Parameters and gradient lie in two buffers that belong to the engine, in the flat order of {@code
 * ComputationGraph.params()} and where its kernels work on them without a copy, if they can: whoever uses an engine writes
 * parameters into the one and reads the gradient out of the other. An engine is confined to one thread at a time and is closed
 * by whoever opened it; its buffers end with it, and must not be touched afterwards.
 */
public interface GradientEngine extends AutoCloseable {
    /**
     * The parameters, which the caller writes and nobody else: what is in it when a method is called is what that method
     * computes with. Undefined at first.
     *
     * @return a view of its own with position 0, in the machine's order of bytes
     */
    FloatBuffer parameters();

    /**
     * What the last {@link #differentiate} left; undefined before. The engine alone writes it.
     *
     * @return a view of its own with position 0, in the machine's order of bytes; not to be modified
     */
    FloatBuffer gradient();

    /**
     * Computes the gradient of the loss over one minibatch at {@link #parameters} into {@link #gradient}, which is overwritten
     * whole: the sum over the examples, without regularisation; at the places of running statistics the step that they should
     * take (old value minus new value), which is averaged, not summed, over several minibatches.
     *
     * @param batch the examples, with one target for each output; not modified
     * @param seed seed of whatever is random in this call (dropout): equal seeds give equal bits
     * @return the sum over the examples of the loss, regularisation included
     */
    double differentiate(Batch batch, long seed);

    /**
     * The same as {@link #differentiate} and in the same order, but not rounded to single precision. For networks of data type
     * DOUBLE; comparisons of engines use it.
     *
     * @return owned by the caller
     */
    double[] preciseGradient(Batch batch, long seed);

    /**
     * The network at the present parameters, which it takes over once, however many batches it then answers.
     *
     * @return good until parameters are written or the engine is used in another way
     */
    Inference inference();

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

    /**
     * Writes all parameters.
     *
     * @param parameters the flat parameters; not modified
     */
    default void set(float[] parameters) {
        FloatBuffer own = parameters();
        if (parameters.length != own.capacity()) {
            throw new IllegalArgumentException(
                    "Cannot set parameters: found %d values, expected %d".formatted(parameters.length, own.capacity()));
        }
        own.put(parameters);
    }

    /** {@link #differentiate} at the given parameters (not modified), with a copy of the gradient. */
    default GradientSum gradient(float[] parameters, Batch batch, long seed) {
        set(parameters);
        double lossSum = differentiate(batch, seed);
        float[] gradient = new float[parameters.length];
        gradient().get(gradient);
        return new GradientSum(gradient, lossSum, batch.rows());
    }

    /** {@link #preciseGradient(Batch, long)} at the given parameters (not modified). */
    default double[] preciseGradient(float[] parameters, Batch batch, long seed) {
        set(parameters);
        return preciseGradient(batch, seed);
    }

    /** {@link Inference#outputs} at the given parameters (not modified). */
    default List<Values> outputs(float[] parameters, Batch batch) {
        set(parameters);
        return inference().outputs(batch);
    }

    /** {@link Inference#evaluate} at the given parameters (not modified). */
    default Evaluation evaluate(float[] parameters, Batch batch) {
        set(parameters);
        return inference().evaluate(batch);
    }

    @Override
    void close();
}
