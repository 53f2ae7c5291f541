package io.halfspace.dl4j;

import java.io.Serializable;

/**
 * How well a network predicts a set of examples.
 *
 * @param rows number of examples
 * @param correct examples whose most probable class is their label
 * @param lossSum sum of their losses, without regularisation
 */
public record Evaluation(long rows, long correct, double lossSum) implements Serializable {
    public static final Evaluation NONE = new Evaluation(0, 0, 0);

    public Evaluation plus(Evaluation other) {
        return new Evaluation(rows + other.rows, correct + other.correct, lossSum + other.lossSum);
    }

    /** Share of the examples classified right, 0 to 1. */
    public double accuracy() {
        return rows == 0 ? 0 : (double) correct / rows;
    }

    /** Mean loss of an example. */
    public double loss() {
        return rows == 0 ? 0 : lossSum / rows;
    }
}
