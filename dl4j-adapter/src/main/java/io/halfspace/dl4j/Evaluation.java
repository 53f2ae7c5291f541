package io.halfspace.dl4j;

import java.io.Serializable;

/**
 * How well a network predicts a set of examples.
 *
 * @param rows number of examples
 * @param labels class labels that count: one an example, or one a step of a sequence; none where the labels are not classes
 * @param correct class labels that were the most probable class
 * @param lossSum sum of the examples' losses, without regularisation
 */
public record Evaluation(long rows, long labels, long correct, double lossSum) implements Serializable {
    public static final Evaluation NONE = new Evaluation(0, 0, 0, 0);

    public Evaluation plus(Evaluation other) {
        return new Evaluation(
                rows + other.rows, labels + other.labels, correct + other.correct, lossSum + other.lossSum);
    }

    /** Share of the class labels answered right, 0 to 1; 0 if there are none. */
    public double accuracy() {
        return labels == 0 ? 0 : (double) correct / labels;
    }

    /** Mean loss of an example. */
    public double loss() {
        return rows == 0 ? 0 : lossSum / rows;
    }
}
