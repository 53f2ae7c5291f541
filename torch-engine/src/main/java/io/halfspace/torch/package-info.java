/**
 * Deeplearning4j networks on libtorch.
 *
 * <p>Takes a network's configuration, flat parameters and minibatches. Gives gradients and outputs in the order and meaning
 * of Deeplearning4j's, through the same interface as the reference engine. Knows nothing of Spark or solvers.
 */
package io.halfspace.torch;
