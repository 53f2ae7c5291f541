/**
 * Tells what the analysis of a network found, by the user's own names of layers.
 *
 * <p>Takes a trace graph with its groups; gives text: a table for a terminal, JSON for machines, one self-contained HTML page
 * with the network drawn, a Graphviz drawing. The same network gives the same bytes on every run. Knows nothing of
 * Deeplearning4j, Spark or files.
 */
package io.halfspace.explain;
