/**
 * What may leave a network together, and what that saves.
 *
 * <p>Takes a {@link io.halfspace.graph.TraceGraph}: vertices in topological order, each with an {@link
 * io.halfspace.graph.Operation} that says how its channels arise and where their parameters lie in one flat vector.
 * Gives a {@link io.halfspace.graph.GroupPartition} (zero-invariant groups, and a reason for every channel that is
 * protected), the chains of vertices that may leave as a whole ({@link io.halfspace.graph.SegmentGraph}, {@link
 * io.halfspace.graph.ErasableSegments}), the price of the network with any of them taken out ({@link
 * io.halfspace.graph.Removal}), and the vertices and positions that stay ({@link io.halfspace.graph.Remainder}). Knows nothing of Deeplearning4j, Spark, training or files.
 */
package io.halfspace.graph;
