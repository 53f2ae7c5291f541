package io.halfspace.dl4j;

/**
 * A minibatch of a classification problem.
 *
 * @param features {@code rows * product(shape)} values, rows outermost, C order; not copied
 * @param shape shape of one example: {@code [features]} or {@code [channels, height, width]}
 * @param labels class of each row; not copied
 */
public record LabelledBatch(float[] features, int[] shape, int[] labels) {
    public LabelledBatch {
        int values = labels.length;
        for (int size : shape) {
            values = Math.multiplyExact(values, size);
        }
        if (values != features.length) {
            throw new IllegalArgumentException("Cannot form a batch: found %d values, expected %d for %d rows"
                    .formatted(features.length, values, labels.length));
        }
    }

    /** Number of examples. */
    public int rows() {
        return labels.length;
    }
}
