package io.halfspace.graph;

/**
 * Price of a whole network.
 *
 * @param parameters trainable parameters
 * @param statistics running statistics stored beside them (batch-norm mean and variance)
 * @param flops multiplications for one example (convolutions and dense products)
 * @param activations values that all vertices give for one example
 */
public record NetworkCost(long parameters, long statistics, long flops, long activations) {}
