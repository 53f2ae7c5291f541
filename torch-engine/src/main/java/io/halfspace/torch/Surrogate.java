package io.halfspace.torch;

import org.bytedeco.pytorch.Tensor;

/** Values whose gradient is, in Deeplearning4j, that of another function: both engines must train a network alike. */
final class Surrogate {
    private Surrogate() {}

    /**
     * A tensor with the values of one and the gradient of another.
     *
     * @param value what flows on; of the same shape as {@code slope}
     * @param slope what gradients go back through
     */
    static Tensor of(Tensor value, Tensor slope) {
        return value.detach().add(slope.sub(slope.detach()));
    }

    /**
     * A function of each value alone with a derivative of its own.
     *
     * @param value the function's values
     * @param derivative with respect to {@code x}, at each of its values
     */
    static Tensor pointwise(Tensor value, Tensor x, Tensor derivative) {
        return of(value, x.mul(derivative.detach()));
    }
}
