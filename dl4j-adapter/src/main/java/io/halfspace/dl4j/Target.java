package io.halfspace.dl4j;

import java.util.Optional;

/** What one output of a network should be. */
public sealed interface Target {
    /** Number of examples. */
    int rows();

    /**
     * Weights of the labels, if some do not count: {@code [rows, 1]}, one an example; {@code [rows, steps]}, one a step;
     * an image's as Deeplearning4j takes them; or one a label, in the shape of the labels.
     */
    Optional<Values> mask();

    /**
     * One class an example or position.
     *
     * @param indices class numbers from 0, rows outermost; not copied
     * @param shape {@code [rows]}, {@code [rows, steps]} or {@code [rows, height, width]}
     * @param count number of classes
     */
    record Classes(int[] indices, int[] shape, int count, Optional<Values> mask) implements Target {
        public Classes {
            int expected = 1;
            for (int size : shape) {
                expected = Math.multiplyExact(expected, size);
            }
            if (indices.length != expected) {
                throw new IllegalArgumentException("Cannot form class labels: found %d labels, expected %d for %d rows"
                        .formatted(indices.length, expected, shape[0]));
            }
        }

        @Override
        public int rows() {
            return shape[0];
        }
    }

    /**
     * Labels of any loss.
     *
     * @param values the labels in the layout of the output: {@code [rows, features]}, {@code [rows, features, steps]} ...
     */
    record Dense(Values values, Optional<Values> mask) implements Target {
        @Override
        public int rows() {
            return values.shape()[0];
        }
    }
}
