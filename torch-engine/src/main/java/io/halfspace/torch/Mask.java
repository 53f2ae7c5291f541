package io.halfspace.torch;

import org.bytedeco.pytorch.Tensor;

/**
 * Which steps of a sequence, or parts of an image, are present.
 *
 * @param values 1 for present, 0 for absent; {@code [rows, steps]} for sequences, {@code [rows, 1]} for plain features,
 *     rank 4 for images
 * @param active whether it still concerns what flows along with it; Deeplearning4j keeps masks as "passthrough" behind
 *     recurrent layers
 * @param resets whether LSTM layers take it, too: they do only inside of wrappers that hand it to them
 */
record Mask(Tensor values, boolean active, boolean resets) {
    Mask(Tensor values, boolean active) {
        this(values, active, false);
    }

    Mask with(Tensor other) {
        return new Mask(other, active, resets);
    }

    Mask passive() {
        return new Mask(values, false, resets);
    }

    Mask resetting(boolean whether) {
        return new Mask(values, active, whether);
    }
}
