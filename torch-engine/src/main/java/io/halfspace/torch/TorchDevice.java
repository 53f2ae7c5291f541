package io.halfspace.torch;

import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

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

    boolean isGpu() {
        return gpu.isPresent();
    }

    DeviceType type() {
        return isGpu() ? DeviceType.CUDA : DeviceType.CPU;
    }

    /** A tensor on this device with the values of one on the host; the same tensor where the device is the CPU. */
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
        return new Device(DeviceType.CUDA, (byte) gpu.getAsInt());
    }

    /** Number of GPUs that this process sees; 0 with the CPU build or without a driver. */
    public static int visibleGpus() {
        return TorchNatives.problem().isEmpty() && torch.cuda_is_available()
                ? Byte.toUnsignedInt(torch.cuda_device_count())
                : 0;
    }

    /**
     * Why libtorch cannot compute on this device, as a clause without a capital letter or a full stop; empty if it can. Runs
     * one addition on a GPU, to see whether the library holds code for it.
     */
    public Optional<String> problem() {
        Optional<String> natives = TorchNatives.problem();
        if (natives.isPresent() || gpu.isEmpty()) {
            return natives;
        }
        if (!TorchNatives.hasCuda() && TorchNatives.cudaIsOnTheClassPath()) {
            return Optional.of(
                    "libtorch's CUDA build did not find CUDA 13's libraries or cuDNN 9, put them where docs/gpu.md says or set device: cpu");
        }
        if (!TorchNatives.hasCuda()) {
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

    @Override
    public String toString() {
        String where = gpu.isPresent() ? "GPU " + gpu.getAsInt() : "the CPU";
        return precision == Precision.FLOAT32
                ? where
                : where + " in " + precision.name().toLowerCase(Locale.ROOT);
    }
}
