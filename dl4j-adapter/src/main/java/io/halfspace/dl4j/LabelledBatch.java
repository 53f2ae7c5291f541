package io.halfspace.dl4j;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

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

    /** The features as a float array of shape {@code [rows, shape...]}; owned by the caller. */
    public INDArray toArray() {
        long[] full = new long[shape.length + 1];
        full[0] = rows();
        for (int i = 0; i < shape.length; i++) {
            full[i + 1] = shape[i];
        }
        return Nd4j.createFromArray(features).reshape('c', full);
    }

    /** Number of examples. */
    public int rows() {
        return labels.length;
    }
}
