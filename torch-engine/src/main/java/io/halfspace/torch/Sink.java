package io.halfspace.torch;

import org.bytedeco.pytorch.Tensor;

/** Where a gradient goes, piece by piece; every place of it is told once. */
interface Sink {
    /** Takes the first values of a tensor's memory on the processor, whatever its strides. */
    void take(Tensor tensor, int offset, int count);

    /** There is no gradient at these places. */
    void zero(int offset, int count);
}
