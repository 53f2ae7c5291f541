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
        if (SquaredLength.of(update, 0, update.length) <= MOST * MOST) {
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
        if (!Double.isFinite(SquaredLength.of(values, 0, values.length))) {
            return Double.POSITIVE_INFINITY;
        }
        double squares = 0;
        int from = 0;
        for (FlatParameters.Range statistics :
                FlatParameters.statistics(trainee.network().graph())) {
            squares += SquaredLength.of(values, from, statistics.from());
            from = statistics.to();
        }
        return Math.sqrt(squares + SquaredLength.of(values, from, values.length));
    }
}
