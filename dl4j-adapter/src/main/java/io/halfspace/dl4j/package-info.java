/**
 * Everything that touches Deeplearning4j.
 *
 * <p>Takes model files and {@code ComputationGraph}s. Gives trace graphs, gradients, compact networks, a proof that a
 * compact network computes what the full one does, and model files. Knows nothing of Spark and nothing of how groups are
 * driven to zero: which groups are zero is read from the weights.
 */
package io.halfspace.dl4j;
