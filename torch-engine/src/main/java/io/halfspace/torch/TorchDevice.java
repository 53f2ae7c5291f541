package io.halfspace.torch;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * Where an engine computes, and how exactly.
 *
 * @param gpu ordinal among the GPUs that this process sees, as CUDA numbers them; empty for the CPU
 * @param precision how exactly products are computed
 */
public record TorchDevice(OptionalInt gpu, Precision precision) {
    public static final TorchDevice CPU = new TorchDevice(OptionalInt.empty(), Precision.FLOAT32);

    private static final Pattern ARCHITECTURE = Pattern.compile("code=(sm_[0-9a-z]+)");

    /** A GPU by its ordinal. */
    public static TorchDevice gpu(int ordinal, Precision precision) {
        return new TorchDevice(OptionalInt.of(ordinal), precision);
    }

    /**
     * Makes sure that the device is there and that libtorch holds code for it: runs one addition on it.
     *
     * @throws EngineUnavailableException if not
     */
    public void check() {
        problem().ifPresent(clause -> {
            throw new EngineUnavailableException("Cannot use engine torch on %s: %s".formatted(this, clause));
        });
    }

    /** libtorch's name of the device; owned by the caller. */
    Device device() {
        return gpu.isPresent()
                ? new Device(torch.DeviceType.CUDA, (byte) gpu.getAsInt())
                : new Device(torch.DeviceType.CPU);
    }

    torch.DeviceType type() {
        return gpu.isPresent() ? torch.DeviceType.CUDA : torch.DeviceType.CPU;
    }

    /** Number of GPUs that this process sees; 0 with the CPU build or without a driver. */
    public static int visibleGpus() {
        return TorchNatives.problem().isEmpty() && torch.hasCUDA() && torch.cuda_is_available()
                ? Byte.toUnsignedInt(torch.cuda_device_count())
                : 0;
    }

    private Optional<String> problem() {
        Optional<String> natives = TorchNatives.problem();
        if (natives.isPresent() || gpu.isEmpty()) {
            return natives;
        }
        if (!torch.hasCUDA()) {
            return Optional.of("this is libtorch's CPU build, build Halfspace with -Pcuda or set device: cpu");
        }
        int visible = visibleGpus();
        if (gpu.getAsInt() >= visible) {
            return Optional.of("it sees %d GPUs here; check the driver and CUDA_VISIBLE_DEVICES, or set device: cpu"
                    .formatted(visible));
        }
        return probe();
    }

    @SuppressWarnings("try")
    private Optional<String> probe() {
        try (PointerScope scope = new PointerScope()) {
            Tensor one = torch.ones(new long[] {1}, new TensorOptions(device()));
            Tensor two = one.add(one, new Scalar(1));
            double sum = two.item_float();
            return sum == 2 ? Optional.empty() : Optional.of("it computes 1 + 1 = " + sum);
        } catch (RuntimeException e) {
            String message = String.valueOf(e.getMessage());
            if (message.contains("no kernel image") || message.contains("not compatible")) {
                return Optional.of("libtorch holds no code for this GPU, only for %s; set device: cpu"
                        .formatted(String.join(", ", architectures())));
            }
            return Optional.of(message.lines().findFirst().orElse("it does not answer"));
        }
    }

    /** What libtorch's kernels were compiled for, like sm_90; code of one runs on later minor versions too. */
    private static Set<String> architectures() {
        Set<String> names = new LinkedHashSet<>();
        Matcher each = ARCHITECTURE.matcher(torch.getCUDAHooks().showConfig().getString());
        while (each.find()) {
            names.add(each.group(1));
        }
        return names;
    }

    /**
     * Switches this thread, and libtorch's settings of the whole process, to the precision of this device, until closed:
     * around the forward pass of every call, whose backward pass then follows suit. Algorithms are chosen for equal bits.
     */
    Mode enter() {
        if (gpu.isPresent()) {
            boolean tf32 = precision == Precision.TF32;
            var context = torch.globalContext();
            context.setAllowTF32CuBLAS(tf32);
            context.setAllowTF32CuDNN(tf32);
            context.setBenchmarkCuDNN(false);
            context.setDeterministicCuDNN(true);
            context.setDeterministicAlgorithms(true, true);
        }
        boolean mixed = precision == Precision.BF16;
        if (mixed) {
            torch.set_autocast_dtype(type(), torch.ScalarType.BFloat16);
            torch.set_autocast_enabled(type(), true);
        }
        return () -> {
            if (mixed) {
                torch.set_autocast_enabled(type(), false);
                torch.clear_cache();
            }
        };
    }

    /** What {@link #enter} switched. */
    interface Mode extends AutoCloseable {
        @Override
        void close();
    }

    @Override
    public String toString() {
        String where = gpu.isPresent() ? "GPU " + gpu.getAsInt() : "the CPU";
        return precision == Precision.FLOAT32
                ? where
                : where + " in " + precision.name().toLowerCase(java.util.Locale.ROOT);
    }
}
