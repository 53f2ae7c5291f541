package io.halfspace.solver;

import io.halfspace.graph.SliceTable;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Redundancy of every group, smoothed over steps; large means that the group can go.
 *
 * <p>One score is {@code N[cos(x, u)] / 2 + N[1 / (|x| / n + 1e-6)] / 2} for a group of n values, where N divides by the
 * Euclidean norm over all groups: high if the base optimiser itself leads the group to zero, and if the group is small.
 *
 * <p>Source: OTOv2 (arXiv 2303.06862) section 3.2. Deviation: an exponential average (decay 0.9, beginning with the first
 * score) over the tail of the warm-up, so that one odd batch decides nothing; the released code takes one batch.
 */
final class Saliency {
    private static final double DECAY = 0.9;
    private static final double STABILISER = 1e-6;

    private final int[] variables;
    private final double[] cosine;
    private final double[] smallness;
    private double[] average = {};

    Saliency(SliceTable table) {
        variables = IntStream.range(0, table.groups()).map(table::variables).toArray();
        cosine = new double[variables.length];
        smallness = new double[variables.length];
    }

    /** Scores all groups from sums taken before a step. */
    void observe(GroupSums sums) {
        for (int g = 0; g < variables.length; g++) {
            cosine[g] = Penalty.cosine(sums.xx(g), sums.uu(g), sums.xu(g));
            smallness[g] = 1 / (Math.sqrt(sums.xx(g)) / variables[g] + STABILISER);
        }
        double cosineWeight = 0.5 * reciprocalNorm(cosine);
        double smallnessWeight = 0.5 * reciprocalNorm(smallness);
        boolean first = average.length == 0;
        if (first) {
            average = new double[variables.length];
        }
        for (int g = 0; g < variables.length; g++) {
            double score = cosineWeight * cosine[g] + smallnessWeight * smallness[g];
            average[g] = first ? score : DECAY * average[g] + (1 - DECAY) * score;
        }
    }

    /** Redundancy by group, or empty before the first score; a copy. */
    double[] values() {
        return average.clone();
    }

    /** Takes over what {@link #values()} gave. */
    void restore(double[] values) {
        average = values.clone();
    }

    /**
     * Groups, most redundant first; equal ones in the order of their numbers.
     *
     * @throws IllegalStateException if a score is not finite
     */
    int[] ranking() {
        for (int g = 0; g < average.length; g++) {
            if (!Double.isFinite(average[g])) {
                throw new IllegalStateException(
                        "Cannot rank groups: redundancy of group %d is %s, training has diverged"
                                .formatted(g, average[g]));
            }
        }
        return IntStream.range(0, average.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer g) -> average[g]).reversed())
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private static double reciprocalNorm(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value * value;
        }
        return sum > 0 ? 1 / Math.sqrt(sum) : 0;
    }
}
