package io.halfspace.spark;

import io.halfspace.dl4j.FlatParameters;
import java.util.Locale;
import java.util.Optional;

/**
 * Tells an update that must not reach the parameters: one with a value that is not finite, or one more than {@value #MOST}
 * times as long as they are. A network that takes such a step is lost, but its next loss may still be a number, and a
 * checkpoint between the two would be one of a lost network.
 *
 * <p>Cost: one pass over the update.
 */
final class UpdateLength {
    private static final double MOST = 1000;

    private UpdateLength() {}

    /**
     * What is wrong with an update, as a clause; empty if it may be taken.
     *
     * @param update to be subtracted from the parameters; not modified
     */
    static Optional<String> fault(float[] update, Trainee trainee) {
        // Parameters shorter than 1 count as 1, so that networks that begin near zero can leave it.
        if (squares(update, 0, update.length) <= MOST * MOST) {
            return Optional.empty();
        }
        double length = trainableLength(update, trainee);
        if (!Double.isFinite(length)) {
            return Optional.of("the update is not finite");
        }
        double times = length / Math.max(1, trainableLength(trainee.parameters(), trainee));
        return times <= MOST
                ? Optional.empty()
                : Optional.of(String.format(Locale.ROOT, "the update is %.2g times as long as the parameters", times));
    }

    /** Length without running statistics, which are as large as the squares of activations; infinite if one is not finite. */
    private static double trainableLength(float[] values, Trainee trainee) {
        double squares = squares(values, 0, values.length);
        if (!Double.isFinite(squares)) {
            return Double.POSITIVE_INFINITY;
        }
        for (FlatParameters.Range range :
                FlatParameters.statistics(trainee.network().graph())) {
            squares -= squares(values, range.from(), range.to());
        }
        return Math.sqrt(Math.max(0, squares));
    }

    /** In four sums, which a processor adds side by side. */
    private static double squares(float[] values, int from, int to) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = from;
        for (; i + 4 <= to; i += 4) {
            a += (double) values[i] * values[i];
            b += (double) values[i + 1] * values[i + 1];
            c += (double) values[i + 2] * values[i + 2];
            d += (double) values[i + 3] * values[i + 3];
        }
        for (; i < to; i++) {
            a += (double) values[i] * values[i];
        }
        return a + b + (c + d);
    }
}
