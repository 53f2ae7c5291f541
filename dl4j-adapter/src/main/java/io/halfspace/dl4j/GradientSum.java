package io.halfspace.dl4j;

/**
 * Gradient of one minibatch.
 *
 * @param gradient sum over the examples, in flat parameter order (running statistics: their step); owned by the receiver
 * @param lossSum sum over the examples of the loss, regularisation included
 * @param rows number of examples
 */
public record GradientSum(float[] gradient, double lossSum, int rows) {}
