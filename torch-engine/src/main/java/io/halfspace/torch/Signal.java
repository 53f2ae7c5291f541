package io.halfspace.torch;

import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * What flows along an edge of the network, in Deeplearning4j's layout.
 *
 * @param value activations, examples outermost
 * @param mask absent if everything is present
 * @param spare whether nobody else reads the activations, the backward pass of what made them included: whoever takes them
 *     may overwrite them
 */
record Signal(Tensor value, Optional<Mask> mask, boolean spare) {
    Signal(Tensor value, Optional<Mask> mask) {
        this(value, mask, false);
    }

    static Signal of(Tensor value) {
        return new Signal(value, Optional.empty());
    }

    Signal with(Tensor other) {
        return new Signal(other, mask);
    }

    /**
     * The same, to be overwritten by whoever takes it, unless it is a view or a gradient is wanted of it.
     *
     * <p>Only for what an operation made that does not look at its result in its backward pass.
     */
    Signal overwritable() {
        return new Signal(value, mask, !value.is_view() && !(value.is_leaf() && value.requires_grad()));
    }

    /** The same, to be left as it is. */
    Signal kept() {
        return spare ? new Signal(value, mask) : this;
    }

    /**
     * The same tensors, which stay when the innermost scope closes, until the given one does or lets go of them. What
     * libtorch gave by reference (a part of a tuple) gets an owner of its own.
     */
    Signal ownedBy(PointerScope scope) {
        Tensor owned = new Tensor(value);
        scope.attach(owned);
        return new Signal(
                owned,
                mask.map(each -> {
                    Tensor values = new Tensor(each.values());
                    scope.attach(values);
                    return each.with(values);
                }),
                spare);
    }

    long size(int axis) {
        return value.size(axis);
    }

    int rank() {
        return (int) value.dim();
    }
}
