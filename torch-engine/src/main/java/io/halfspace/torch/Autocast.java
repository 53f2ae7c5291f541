package io.halfspace.torch;

import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The precision of a device, around the forward pass of every call; the backward pass follows suit. While it is open, matrix
 * products and convolutions of this thread take bfloat16 if the device is asked to; on GPUs, TF32 and the choice of
 * algorithms with the same bits from run to run are settings of the whole process, which stay.
 */
final class Autocast implements AutoCloseable {
    private final TorchDevice device;
    private final boolean mixed;

    Autocast(TorchDevice device) {
        this.device = device;
        mixed = device.precision() == Precision.BF16;
        if (device.isGpu()) {
            boolean tf32 = device.precision() == Precision.TF32;
            Context context = torch.globalContext();
            context.setAllowTF32CuBLAS(tf32);
            context.setAllowTF32CuDNN(tf32);
            context.setBenchmarkCuDNN(false);
            context.setDeterministicCuDNN(true);
            context.setDeterministicAlgorithms(true, true);
        }
        if (mixed) {
            torch.set_autocast_dtype(device.type(), ScalarType.BFloat16);
            torch.set_autocast_enabled(device.type(), true);
            torch.increment_nesting();
        }
    }

    @Override
    public void close() {
        if (mixed) {
            torch.decrement_nesting();
            torch.clear_cache();
            torch.set_autocast_enabled(device.type(), false);
        }
    }
}
