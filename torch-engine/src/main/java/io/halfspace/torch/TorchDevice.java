package io.halfspace.torch;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

/**
 * Where an engine computes, and how precisely.
 *
 * @param gpu number of the GPU among those that the process sees; -1 for the processor
 * @param halfPrecision whether matrix products and convolutions on a GPU take bfloat16; parameters and gradients stay float
 */
public record TorchDevice(int gpu, boolean halfPrecision) {
    public static final TorchDevice CPU = new TorchDevice(-1, false);

    private static final Pattern NAME = Pattern.compile("cpu|cuda(?::(\\d+))?");

    public TorchDevice {
        if (gpu < 0 && halfPrecision) {
            throw new IllegalArgumentException(
                    "Cannot use bfloat16 on the processor: it is faster on a GPU only, expected a device cuda:N");
        }
    }

    /**
     * The device of a name.
     *
     * @param name {@code cpu}, {@code cuda} or {@code cuda:N}
     * @throws IllegalArgumentException if it is none of these
     */
    public static TorchDevice of(String name) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("Cannot use device '%s': expected cpu, cuda or cuda:N".formatted(name));
        }
        if (name.equals("cpu")) {
            return CPU;
        }
        return new TorchDevice(matcher.group(1) == null ? 0 : Integer.parseInt(matcher.group(1)), false);
    }

    /** The same device with or without bfloat16. */
    public TorchDevice withHalfPrecision(boolean half) {
        return new TorchDevice(gpu, half);
    }

    /** A tensor on this device with the values of one on the host; the same tensor where the device is the processor. */
    Tensor take(Tensor host) {
        return isGpu() ? host.to(device(), host.scalar_type(), true, false, new MemoryFormatOptional()) : host;
    }

    /** A source of random numbers for one pass; a GPU has one of its own, which is seeded. */
    GeneratorOptional random(long seed) {
        if (isGpu()) {
            torch.cuda_manual_seed(seed);
            return new GeneratorOptional();
        }
        return new GeneratorOptional(torch.createCPUGenerator(seed));
    }

    private Device device() {
        return new Device(DeviceType.CUDA, (byte) gpu);
    }

    boolean isGpu() {
        return gpu >= 0;
    }

    @Override
    public String toString() {
        return isGpu() ? "cuda:" + gpu + (halfPrecision ? " (bfloat16)" : "") : "cpu";
    }
}
