package io.halfspace.spark;

import java.util.function.UnaryOperator;

/**
 * A part of a run: what is trained in it follows from what the part before it left.
 *
 * @param name short name, for logs
 * @param end first step after it, counted from the beginning of the run
 * @param begin what to train, from what was trained before
 */
record Stage(String name, int end, UnaryOperator<Trainee> begin) {}
