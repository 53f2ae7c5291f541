package io.halfspace.torch;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/** Tensors of any rank with one row an example and position, and one column a channel: how losses see them. */
final class Rows {
    private Rows() {}

    /** {@code [rows * positions, channels]}. */
    static Tensor of(Tensor tensor, int channelAxis) {
        if (tensor.dim() == 2) {
            return tensor;
        }
        Tensor last = tensor.movedim(channelAxis, -1);
        return last.reshape(tensor.numel() / tensor.size(channelAxis), tensor.size(channelAxis));
    }

    /** Undoes {@link #of}: a tensor of the given shape, whose channels may have another number. */
    static Tensor back(Tensor rows, long[] shape, int channelAxis) {
        if (shape.length == 2) {
            return rows;
        }
        long[] last = new long[shape.length];
        int to = 0;
        for (int axis = 0; axis < shape.length; axis++) {
            if (axis != channelAxis) {
                last[to++] = shape[axis];
            }
        }
        last[to] = rows.size(1);
        return rows.reshape(last).movedim(-1, channelAxis);
    }

    /**
     * A mask in the rows of what it masks.
     *
     * @param mask in the shape of the masked tensor, or without its channel axis, or one value an example; lengths may be 1
     * @param shape of the masked tensor
     * @return one column, or one a channel
     */
    static Tensor mask(Tensor mask, long[] shape, int channelAxis) {
        return of(maskAlong(mask, shape, channelAxis), channelAxis);
    }

    /** A mask that multiplies a tensor of the given shape: its own length or 1 on the channel axis. */
    static Tensor maskAlong(Tensor mask, long[] shape, int channelAxis) {
        Tensor full = mask;
        if (mask.dim() != shape.length) {
            long[] inserted = new long[shape.length];
            Arrays.fill(inserted, 1);
            int from = 0;
            for (int axis = 0; axis < shape.length && from < mask.dim(); axis++) {
                if (axis != channelAxis) {
                    inserted[axis] = mask.size(from++);
                }
            }
            full = mask.reshape(inserted);
        }
        long[] target = shape.clone();
        target[channelAxis] = full.size(channelAxis);
        return full.expand(target);
    }
}
