package io.halfspace.torch;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A matrix product on the processor whose weights autograd takes for constants: their gradient is made from that of the result,
 * where it is to lie.
 *
 * @param weight {@code [in, out]}, in F order
 * @param rows {@code [rows, in]}, no part of the autograd graph
 * @param result {@code [rows, out]}, a part of it
 */
record Product(Parameter weight, Tensor rows, Tensor result) {
    static boolean isFor(Parameter weight) {
        return weight.shape().length == 2 && weight.strides()[0] == 1 && weight.strides()[1] == weight.shape()[0];
    }

    /**
     * Makes the gradient of the weights.
     *
     * @param slope gradient of the result
     * @param into as the weights; overwritten
     */
    void gradient(Tensor slope, Tensor into) {
        torch.mm_out(into.t(), slope.t(), rows);
    }
}
