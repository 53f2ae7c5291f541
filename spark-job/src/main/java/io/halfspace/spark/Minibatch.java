package io.halfspace.spark;

/**
 * Rows as a network takes them. Stays inside one task.
 *
 * @param features normalised, [rows, features] or [rows, channels, height, width] in C order; rows x width long
 * @param labels one class number a row
 */
public record Minibatch(float[] features, int[] labels, int rows) {}
