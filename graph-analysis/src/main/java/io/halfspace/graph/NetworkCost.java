package io.halfspace.graph;

/**
 * Price of a network, or of a part of it.
 *
 * @param parameters trainable parameters
 * @param statistics running statistics stored beside them (batch-norm mean and variance)
 * @param flops multiplications for one example (convolutions and dense products)
 * @param activations values that all vertices give for one example
 */
public record NetworkCost(long parameters, long statistics, long flops, long activations) {
    public static final NetworkCost ZERO = new NetworkCost(0, 0, 0, 0);

    public NetworkCost plus(NetworkCost other) {
        return new NetworkCost(
                parameters + other.parameters,
                statistics + other.statistics,
                flops + other.flops,
                activations + other.activations);
    }

    public NetworkCost minus(NetworkCost other) {
        return new NetworkCost(
                parameters - other.parameters,
                statistics - other.statistics,
                flops - other.flops,
                activations - other.activations);
    }

    /** The smaller of both, measure by measure. */
    NetworkCost least(NetworkCost other) {
        return new NetworkCost(
                Math.min(parameters, other.parameters),
                Math.min(statistics, other.statistics),
                Math.min(flops, other.flops),
                Math.min(activations, other.activations));
    }

    /** The larger of both, measure by measure. */
    NetworkCost most(NetworkCost other) {
        return new NetworkCost(
                Math.max(parameters, other.parameters),
                Math.max(statistics, other.statistics),
                Math.max(flops, other.flops),
                Math.max(activations, other.activations));
    }
}
