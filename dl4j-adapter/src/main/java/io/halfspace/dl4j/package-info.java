/**
 * Deeplearning4j on one side, plain arrays and trace graphs on the other.
 *
 * <p>Takes {@code ComputationGraph}s and files that hold them. Gives trace graphs, gradients and outputs as {@code
 * float[]} in the network's own flat order, updates of its own updater, sub-networks, and the proof that they compute the
 * same. Knows nothing of solvers (which groups are zero is read from the weights), Spark or job files.
 */
package io.halfspace.dl4j;
