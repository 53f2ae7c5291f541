/**
 * The job: one {@code spark-submit} from a data set and a network to a verified, smaller network.
 *
 * <p>Takes a job file or a command line. Gives a folder with the compact network, its normaliser and {@code result.json}.
 * The only module that sees all others, Spark and Hadoop; its {@link io.halfspace.spark.CompressionJob} reads like the table
 * of stages in {@code docs/architecture.md}. Across a Spark boundary travel only arrays, strings and own small records.
 */
package io.halfspace.spark;
