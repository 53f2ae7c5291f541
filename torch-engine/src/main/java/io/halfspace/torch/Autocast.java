package io.halfspace.torch;

import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** While it is open, matrix products and convolutions of this thread take bfloat16, if the device is asked to. */
final class Autocast implements AutoCloseable {
    private final boolean on;

    Autocast(TorchDevice device) {
        on = device.halfPrecision();
        if (on) {
            torch.set_autocast_dtype(DeviceType.CUDA, ScalarType.BFloat16);
            torch.set_autocast_enabled(DeviceType.CUDA, true);
            torch.increment_nesting();
        }
    }

    @Override
    public void close() {
        if (on) {
            torch.decrement_nesting();
            torch.clear_cache();
            torch.set_autocast_enabled(DeviceType.CUDA, false);
        }
    }
}
