package io.halfspace.spark;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A point of a run, counted from its beginning.
 *
 * @param amount how far it is away, in the unit
 * @param unit share of the run, epochs or steps
 */
record Span(double amount, Unit unit) {
    private static final Pattern WRITTEN = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(?: *(epoch|step)s?)?");

    /** What a point is counted in. */
    enum Unit {
        SHARE,
        EPOCHS,
        STEPS
    }

    /** A share of the run. */
    static Span share(double share) {
        return new Span(share, Unit.SHARE);
    }

    /** Reads {@code 0.2}, {@code 3 epochs} or {@code 500 steps} of a run; empty if the key is not there or faulty. */
    static Optional<Span> read(ConfigSection section, String key, int epochs) {
        if (!section.has(key)) {
            return Optional.empty();
        }
        String text = section.text(key, "");
        Matcher matcher = WRITTEN.matcher(text);
        if (matcher.matches()) {
            double amount = Double.parseDouble(matcher.group(1));
            String unit = matcher.group(2);
            if (unit == null && amount <= 1) {
                return Optional.of(share(amount));
            }
            if (unit != null) {
                if (unit.equals("epoch") && amount > epochs) {
                    section.fault(key, "found %s, expected at most the %d epochs of the run".formatted(text, epochs));
                    return Optional.empty();
                }
                return Optional.of(new Span(amount, unit.equals("epoch") ? Unit.EPOCHS : Unit.STEPS));
            }
        }
        section.fault(
                key, "found %s, expected a share of the run from 0 to 1, 'N epochs' or 'N steps'".formatted(text));
        return Optional.empty();
    }

    /** Whether it can be told without the number of steps that it does not lie before another one. */
    boolean isKnownNotBefore(Span other, int epochs) {
        boolean comparable = (unit == Unit.STEPS) == (other.unit == Unit.STEPS);
        return comparable && inEpochs(epochs) >= other.inEpochs(epochs);
    }

    private double inEpochs(int epochs) {
        return unit == Unit.SHARE ? amount * epochs : amount;
    }

    /** The step of a run that it falls on. */
    int step(int stepsPerEpoch, int totalSteps) {
        double step = switch (unit) {
            case SHARE -> amount * totalSteps;
            case EPOCHS -> amount * stepsPerEpoch;
            case STEPS -> amount;
        };
        return (int) Math.min(step, Integer.MAX_VALUE);
    }

    @Override
    public String toString() {
        return switch (unit) {
            case SHARE -> "share %s of the run".formatted(amount);
            case EPOCHS -> "epoch %s".formatted(amount);
            case STEPS -> "step %.0f".formatted(amount);
        };
    }
}
