package io.halfspace.spark;

/**
 * When checkpoints are written.
 *
 * @param every how far apart
 * @param kept how many of the last ones are kept
 */
record CheckpointConfig(Span every, int kept) {
    static CheckpointConfig read(ConfigSection section, int epochs) {
        Span every = Span.read(section, "every", epochs).orElse(new Span(1, Span.Unit.EPOCHS));
        if (every.amount() <= 0) {
            section.fault("every", "found %s, expected more than nothing".formatted(every));
        }
        return new CheckpointConfig(every, section.integer("keep", 2, 1, 1000));
    }

    /** Steps between two checkpoints, at least one. */
    int steps(int stepsPerEpoch, int totalSteps) {
        return Math.max(1, every.step(stepsPerEpoch, totalSteps));
    }
}
