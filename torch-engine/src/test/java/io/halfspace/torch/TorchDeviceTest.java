package io.halfspace.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halfspace.dl4j.Batch;
import io.halfspace.dl4j.EngineComparison;
import io.halfspace.dl4j.NativeAcceleration;
import java.util.OptionalInt;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TorchDeviceTest {
    private static final int ROWS = 4;

    @BeforeAll
    static void enable() {
        NativeAcceleration.enable();
    }

    @Test
    void cpu_computes() {
        assertThat(TorchNatives.problem()).isEmpty();
        assertThat(TorchDevice.CPU.problem()).isEmpty();
    }

    @Test
    void gpuOfTheCpuBuild_saysSo() {
        assertThat(TorchDevice.visibleGpus()).isZero();
        assertThat(TorchDevice.gpu(0, Precision.TF32).problem())
                .hasValueSatisfying(clause -> assertThat(clause).contains("CPU build", "-Pcuda", "device: cpu"));
        assertThat(TorchDevice.gpu(1, Precision.BF16)).hasToString("GPU 1 in bf16");
    }

    @ParameterizedTest
    @ValueSource(strings = {"lenet", "resnet20", "dense", "lstm"})
    void mixedPrecision_isNearTheReference_andLeavesNoTrace(String name) {
        BenchmarkNetwork network = BenchmarkNetwork.of(name);
        Batch batch = network.batch(ROWS);
        EngineComparison comparison = EngineComparison.of(
                network.configurationJson(),
                network.parameters(),
                batch,
                json -> new TorchGradientEngine(json, TorchDevice.CPU, 1));
        assertThat(comparison.passed())
                .as("%s by %s", comparison.part(), comparison.difference())
                .isTrue();

        double mixed = distance(comparison, network, Precision.BF16);
        double single = distance(comparison, network, Precision.FLOAT32);
        System.out.printf("%s: bf16 %.2g, float32 %.2g%n", name, mixed, single);

        assertThat(mixed).isBetween(1e-4, 0.5);
        assertThat(single).isLessThan(1e-2);
        assertThat(torch.is_autocast_enabled(torch.DeviceType.CPU)).isFalse();
    }

    @Test
    @SuppressWarnings("try")
    void memoryThatIsNotThere_isExplained() {
        assertThatThrownBy(() -> {
                    try (PointerScope scope = new PointerScope()) {
                        torch.empty(1L << 48);
                    } catch (RuntimeException e) {
                        throw TorchMemoryException.explain(e, 64, TorchDevice.CPU);
                    }
                })
                .isInstanceOf(TorchMemoryException.class)
                .hasMessageContaining("Cannot compute a batch of 64 examples on the CPU")
                .hasMessageContaining("another 1125899906842624 bytes")
                .hasMessageContaining("training.batch");
    }

    /** What CUDA's allocator says, word for word: no GPU is needed to see what a user would read. */
    @Test
    void gpuMemoryThatIsNotThere_isExplained() {
        RuntimeException thrown = new RuntimeException(
                "CUDA out of memory. Tried to allocate 24.41 GiB. GPU 0 has a total capacity of 79.19 GiB of which 1.22 GiB is free. "
                        + "Process 7 has 77.96 GiB memory in use. Of the allocated memory 77.10 GiB is allocated by PyTorch");

        assertThat(TorchMemoryException.explain(thrown, 100_000, TorchDevice.gpu(0, Precision.FLOAT32)))
                .hasMessageContaining(
                        "Cannot compute a batch of 100000 examples on GPU 0: it needs another 24.41 GiB, found 1.22 GiB free");
        RuntimeException other = new RuntimeException("shape mismatch");
        assertThat(TorchMemoryException.explain(other, 1, TorchDevice.CPU)).isSameAs(other);
    }

    private static double distance(EngineComparison comparison, BenchmarkNetwork network, Precision precision) {
        try (TorchGradientEngine engine = new TorchGradientEngine(
                network.configurationJson(), new TorchDevice(OptionalInt.empty(), precision), 1)) {
            return comparison.distance(engine.gradient(network.parameters(), network.batch(ROWS), 1)
                    .gradient());
        }
    }
}
