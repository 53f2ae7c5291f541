package io.halfspace.torch;

import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * What flows along an edge of the network, in Deeplearning4j's layout.
 *
 * @param tensor activations, examples outermost; images may be in {@link Blocks}
 * @param mask absent if everything is present
 * @param spare whether nobody else reads the activations, the backward pass of what made them included: whoever takes them
 *     may overwrite them
 */
record Signal(Tensor tensor, Optional<Mask> mask, boolean spare) {
    Signal(Tensor tensor, Optional<Mask> mask) {
        this(tensor, mask, false);
    }

    static Signal of(Tensor tensor) {
        return new Signal(tensor, Optional.empty());
    }

    /** The activations as every operation takes them. */
    Tensor value() {
        return Blocks.plain(tensor);
    }

    boolean inBlocks() {
        return Blocks.hold(tensor);
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
        return new Signal(tensor, mask, !tensor.is_view() && !(tensor.is_leaf() && tensor.requires_grad()));
    }

    /** The same, to be left as it is. */
    Signal kept() {
        return spare ? new Signal(tensor, mask) : this;
    }

    /**
     * The same tensors, which stay when the innermost scope closes, until the given one does or lets go of them. What
     * libtorch gave by reference (a part of a tuple) gets an owner of its own.
     */
    Signal ownedBy(PointerScope scope) {
        Tensor owned = new Tensor(tensor);
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
        return tensor.size(axis);
    }

    long[] shape() {
        return Tensors.shape(tensor);
    }

    int rank() {
        return (int) tensor.dim();
    }
}
