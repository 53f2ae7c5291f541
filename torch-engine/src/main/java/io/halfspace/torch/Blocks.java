package io.halfspace.torch;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * oneDNN's own layout of images: channels in blocks as wide as a vector register, opaque to all but its kernels. Convolutions
 * compute in it in any case, so that images which stay in it from layer to layer are not taken out and put back around each.
 */
final class Blocks {
    private Blocks() {}

    static boolean hold(Tensor images) {
        return images.is_mkldnn();
    }

    /** The same images {@code [rows, channels, height, width]} in blocks. */
    static Tensor of(Tensor images) {
        return hold(images) ? images : images.to_mkldnn();
    }

    /** The same values as every operation takes them. */
    static Tensor plain(Tensor values) {
        return hold(values) ? values.to_dense() : values;
    }

    /** Whether one kernel of oneDNN's can take all signals together: one of them is in blocks, and they have the same shape. */
    static boolean meet(List<Signal> signals) {
        long[] shape = signals.get(0).shape();
        return signals.stream().anyMatch(Signal::inBlocks)
                && signals.stream().allMatch(each -> Arrays.equals(each.shape(), shape));
    }
}
