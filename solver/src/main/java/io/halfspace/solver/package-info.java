/**
 * How groups of parameters are driven to exact zero while a network trains.
 *
 * <p>Takes the groups and the cost of a network ({@link io.halfspace.graph.GroupPartition}, {@link
 * io.halfspace.graph.TraceGraph}), a {@link io.halfspace.solver.Target}, and on every step the flat parameter vector with
 * the update that the base optimiser wants to subtract from it. Gives stepped parameters in which, from a step known
 * beforehand on, exactly the groups that the target asks for are zero. Knows nothing of Deeplearning4j, Spark, losses or
 * data: three sums a group decide everything.
 */
package io.halfspace.solver;
