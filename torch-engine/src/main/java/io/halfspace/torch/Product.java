package io.halfspace.torch;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A matrix product on the processor whose weights autograd takes for constants: their gradient is made from that of the result,
 * some columns at a time, so that a sink takes them while they are in the processor's cache, and they never lie in native
 * memory as a whole.
 *
 * @param weight {@code [in, out]}, in F order
 * @param rows {@code [rows, in]}, no part of the autograd graph
 * @param result {@code [rows, out]}, a part of it
 */
record Product(Parameter weight, Tensor rows, Tensor result) {
    /** Values that are made at a time: a megabyte in single precision. */
    private static final long BLOCK = 1 << 18;

    static boolean isFor(Parameter weight) {
        return weight.shape().length == 2 && weight.strides()[0] == 1 && weight.strides()[1] == weight.shape()[0];
    }

    /**
     * Hands the gradient of the weights to a sink.
     *
     * @param slope gradient of the result
     */
    void gradient(Tensor slope, Sink sink) {
        long inputs = weight.shape()[0];
        long outputs = weight.shape()[1];
        long columns = Math.max(1, Math.min(outputs, BLOCK / inputs));
        Tensor block = slope.new_empty(columns, inputs);
        Tensor transposed = slope.t();
        for (long from = 0; from < outputs; from += columns) {
            long count = Math.min(columns, outputs - from);
            Tensor part = block.narrow(0, 0, count);
            torch.mm_out(part, transposed.narrow(0, from, count), rows);
            sink.take(part, Math.toIntExact(weight.offset() + from * inputs), Math.toIntExact(count * inputs));
        }
    }
}
