package io.halfspace.torch;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * What flows along an edge of the network, in Deeplearning4j's layout.
 *
 * @param value activations, examples outermost
 * @param mask absent if everything is present
 */
record Signal(Tensor value, Optional<Mask> mask) {
    static Signal of(Tensor value) {
        return new Signal(value, Optional.empty());
    }

    Signal with(Tensor other) {
        return new Signal(other, mask);
    }

    long size(int axis) {
        return value.size(axis);
    }

    int rank() {
        return (int) value.dim();
    }
}
