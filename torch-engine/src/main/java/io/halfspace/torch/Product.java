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
    /** Values that are made at a time: a megabyte in single precision, since BLAS clears and then adds. */
    private static final long BLOCK = 1 << 18;

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
        long inputs = weight.shape()[0];
        long outputs = weight.shape()[1];
        long columns = Math.max(1, Math.min(outputs, BLOCK / inputs));
        Tensor made = into.t();
        Tensor transposed = slope.t();
        for (long from = 0; from < outputs; from += columns) {
            long count = Math.min(columns, outputs - from);
            torch.mm_out(made.narrow(0, from, count), transposed.narrow(0, from, count), rows);
        }
    }
}
