package io.halfspace.solver;

import io.halfspace.graph.GroupSet;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Redundancy of every group, smoothed over steps; large means that the group can go.
 *
 * <p>One score is {@code N[cos(x, u)] / 2 + N[1 / (m + 1e-6)] / 2}, where m is the root mean square of the group's values
 * relative to the mean of that over its peers ({@link GroupSet#peers}: the groups of the same layer, or all segments), and
 * N divides by the Euclidean norm over all groups: high if the base optimiser itself leads the group to zero, and if the
 * group is small among its like.
 *
 * <p>Source: OTOv2 (arXiv 2303.06862) section 3.2. Deviations: an exponential average (decay 0.9, beginning with the first
 * score) over the tail of the warm-up, so that one odd batch decides nothing; and m, where the paper has {@code |x| / n}.
 * Since initial weights have about the same |x| in every layer, {@code |x| / n} says little more than how many values a
 * group has: on the digits example it left a dense layer 6 of its 64 units, and the network could not recover.
 *
 * <p>HESSO (arXiv 2409.09085) averages five criteria. Two of them are these, its cosine with the sign put right, which its
 * released code has inverted. The others are left out: the plain norm compares layers of unequal fan-in, and both Taylor
 * terms follow from xu, which the cosine has already, times the same unequal norms.
 */
final class Saliency {
    private static final double DECAY = 0.9;
    private static final double STABILISER = 1e-6;

    private final GroupSet groups;
    private final double[] reciprocalMeasure;
    private final int[] layer;
    private final double[] cosine;
    private final double[] smallness;
    /** By layer: sum of the root mean squares, then the reciprocal of their mean. */
    private final double[] layerSize;

    private final int[] layerGroups;
    private double[] average = {};

    Saliency(GroupSet groups) {
        this.groups = groups;
        layer = IntStream.range(0, groups.count()).map(groups::peers).toArray();
        int layers = Arrays.stream(layer).max().orElse(-1) + 1;
        layerSize = new double[layers];
        layerGroups = new int[layers];
        Arrays.stream(layer).forEach(vertex -> layerGroups[vertex]++);
        reciprocalMeasure = IntStream.range(0, groups.count())
                .mapToDouble(g -> 1 / groups.measure(g))
                .toArray();
        cosine = new double[groups.count()];
        smallness = new double[groups.count()];
    }

    /** Scores all groups from sums taken before a step. */
    void observe(GroupSums sums) {
        Arrays.fill(layerSize, 0);
        for (int g = 0; g < smallness.length; g++) {
            smallness[g] = Math.sqrt(sums.xx(g) * reciprocalMeasure[g]);
            layerSize[layer[g]] += smallness[g];
        }
        for (int v = 0; v < layerSize.length; v++) {
            layerSize[v] = layerSize[v] == 0 ? 0 : layerGroups[v] / layerSize[v];
        }
        for (int g = 0; g < smallness.length; g++) {
            cosine[g] = Penalty.cosine(sums.xx(g), sums.uu(g), sums.xu(g));
            smallness[g] = 1 / (smallness[g] * layerSize[layer[g]] + STABILISER);
        }
        double cosineWeight = 0.5 * reciprocalNorm(cosine);
        double smallnessWeight = 0.5 * reciprocalNorm(smallness);
        boolean first = average.length == 0;
        if (first) {
            average = new double[smallness.length];
        }
        for (int g = 0; g < smallness.length; g++) {
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
     * Groups, most redundant first; of equal ones that with more precedence, then that with the lower number.
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
                .sorted(Comparator.comparingDouble((Integer g) -> -average[g])
                        .thenComparingLong(g -> -groups.precedence(g)))
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
