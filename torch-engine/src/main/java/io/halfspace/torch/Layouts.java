package io.halfspace.torch;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/** Axis orders. libtorch has channels on axis 1; images with channels last are given to it as a permuted view. */
final class Layouts {
    private Layouts() {}

    static Tensor channelsFirst(Tensor tensor, boolean channelsLast) {
        return channelsLast ? tensor.movedim(-1, 1) : tensor;
    }

    static Tensor asGiven(Tensor channelsFirst, boolean channelsLast) {
        return channelsLast ? channelsFirst.movedim(1, -1) : channelsFirst;
    }

    /** Applies an operation on tensors with channels on axis 1. */
    static Signal through(Signal input, boolean channelsLast, UnaryOperator<Tensor> operation) {
        return input.with(asGiven(operation.apply(channelsFirst(input.value(), channelsLast)), channelsLast));
    }
}
