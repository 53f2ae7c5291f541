package io.halfspace.torch;

import java.util.Arrays;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.deeplearning4j.nn.conf.ConvolutionMode;

/**
 * A window that moves over positions, one entry an axis.
 *
 * @param padding of both ends, used by the modes Strict and Truncate
 */
record Window(long[] kernel, long[] stride, long[] padding, long[] dilation, ConvolutionMode mode) {
    static Window of(int[] kernel, int[] stride, int[] padding, int[] dilation, ConvolutionMode mode) {
        return new Window(
                Tensors.longs(kernel), Tensors.longs(stride), Tensors.longs(padding), Tensors.longs(dilation), mode);
    }

    /** The window of the first axis alone. */
    Window alongFirst() {
        return new Window(
                Arrays.copyOf(kernel, 1),
                Arrays.copyOf(stride, 1),
                Arrays.copyOf(padding, 1),
                Arrays.copyOf(dilation, 1),
                mode);
    }

    boolean isDilated() {
        return Arrays.stream(dilation).anyMatch(each -> each != 1);
    }

    /** How many values are put before and behind the positions of each axis. */
    record Padding(long[] before, long[] behind) {
        boolean isEven() {
            return Arrays.equals(before, behind);
        }
    }

    /**
     * Same pads less before than behind; Causal pads before only. A window that lacks less than a stride has one position, which
     * reaches over the end: Deeplearning4j divides towards zero.
     */
    Padding padding(Tensor images) {
        long[] before = new long[kernel.length];
        long[] behind = new long[kernel.length];
        for (int i = 0; i < kernel.length; i++) {
            long span = span(i);
            if (mode == ConvolutionMode.Same) {
                long in = images.size(i + 2);
                long out = (in + stride[i] - 1) / stride[i];
                long total = Math.max(0, (out - 1) * stride[i] + span - in);
                before[i] = total / 2;
                behind[i] = total - before[i];
            } else if (mode == ConvolutionMode.Causal) {
                before[i] = span - 1;
            } else {
                long lacking = span - images.size(i + 2) - 2 * padding[i];
                before[i] = padding[i];
                behind[i] = padding[i] + (lacking < stride[i] ? Math.max(0, lacking) : 0);
            }
        }
        return new Padding(before, behind);
    }

    /** Whether the window fits into padded images at least once along each axis. */
    boolean fits(Tensor images) {
        for (int i = 0; i < kernel.length; i++) {
            if (images.size(i + 2) < span(i)) {
                return false;
            }
        }
        return true;
    }

    /**
     * What one place of the window sees of padded images as the window moves along one axis: a view.
     *
     * @param place within the window, from 0
     */
    Tensor part(Tensor images, int axis, long place) {
        long from = place * dilation[axis];
        long last = images.size(axis + 2) - span(axis) + from;
        return images.slice(axis + 2, new LongOptional(from), new LongOptional(last + 1), stride[axis]);
    }

    private long span(int axis) {
        return (kernel[axis] - 1) * dilation[axis] + 1;
    }

    /** Images {@code [rows, channels, positions...]} with a value put around them, for which they leave {@link Blocks}. */
    static Tensor padded(Tensor images, long[] before, long[] behind, double value) {
        long[] pairs = new long[before.length * 2];
        boolean any = false;
        for (int i = 0; i < before.length; i++) {
            int at = 2 * (before.length - 1 - i);
            pairs[at] = before[i];
            pairs[at + 1] = behind[i];
            any |= before[i] != 0 || behind[i] != 0;
        }
        return any ? torch.constant_pad_nd(Blocks.plain(images), pairs, Tensors.scalar(value)) : images;
    }
}
