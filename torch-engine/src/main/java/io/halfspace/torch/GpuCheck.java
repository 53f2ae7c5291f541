package io.halfspace.torch;

import io.halfspace.dl4j.Batch;
import io.halfspace.dl4j.EngineComparison;
import io.halfspace.dl4j.GradientEngine;
import io.halfspace.dl4j.NativeAcceleration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Shows on a machine with a GPU that the engine is right and fast there: gradients against Deeplearning4j's on the CPU of the
 * same process, equal bits from run to run, the distance that each precision costs, a batch that does not fit, and times
 * beside PyTorch's on the same GPU. Needs neither Spark nor Maven: {@code deploy/gpu-check.sh}, {@code docs/gpu.md}.
 *
 * <p>Arguments, all optional: {@code check=digits,lenet} networks to compare, {@code time=resnet20,lstm} networks to time,
 * {@code seconds=5} for each of these and operation, {@code batch=64}, {@code gpu=0}, {@code cpu=true} to time the CPU too,
 * {@code overflow=100000} examples that must not fit (0 leaves that out). Ends with 0 if all is well, 4 if not, 5 without a
 * GPU.
 */
public final class GpuCheck {
    private static final int COMPARED_ROWS = 4;
    private static final Map<Precision, Double> MOST =
            new EnumMap<>(Map.of(Precision.FLOAT32, 0.02, Precision.TF32, 0.5, Precision.BF16, 1.0));

    private final Map<String, String> settings;
    private final int gpu;
    private final int rows;
    private boolean failed;

    private GpuCheck(Map<String, String> settings) {
        this.settings = settings;
        gpu = Integer.parseInt(settings.get("gpu"));
        rows = Integer.parseInt(settings.get("batch"));
    }

    public static void main(String[] arguments) {
        GpuCheck check = new GpuCheck(EngineBenchmark.settings(
                arguments,
                Map.of(
                        "check", "digits,lenet,branches,resnet20,resnet18,vgg16-bn,dense,lstm",
                        "time", String.join(",", BenchmarkNetwork.NAMES),
                        "seconds", "5",
                        "batch", "64",
                        "gpu", "0",
                        "cpu", "true",
                        "overflow", "100000")));
        System.exit(check.run());
    }

    private int run() {
        NativeAcceleration.enable();
        Optional<String> problem = device(Precision.FLOAT32).problem();
        if (problem.isPresent()) {
            System.err.printf("Cannot check GPU %d: %s%n", gpu, problem.get());
            return 5;
        }
        System.out.printf("%s, %d GPU(s) visible%n", TorchNatives.describe(), TorchDevice.visibleGpus());
        System.out.printf(
                "%n%-12s %-10s %-52s %10s %10s %10s  %s%n",
                "network", "double", "differs most at", "float32", "tf32", "bf16", "bits");
        for (String name : settings.get("check").split(",")) {
            compare(BenchmarkNetwork.of(name));
        }
        int tooMany = Integer.parseInt(settings.get("overflow"));
        if (tooMany > 0) {
            overflow(tooMany);
        }
        time();
        System.out.printf("%n%s%n", failed ? "FAILED" : "all checks passed");
        return failed ? 4 : 0;
    }

    private TorchDevice device(Precision precision) {
        return TorchDevice.gpu(gpu, precision);
    }

    private GradientEngine open(String json, Precision precision) {
        return new TorchGradientEngine(json, device(precision), EngineBenchmark.threads());
    }

    private void compare(BenchmarkNetwork network) {
        EngineComparison comparison = EngineComparison.of(
                network.configurationJson(),
                network.parameters(),
                network.batch(COMPARED_ROWS),
                json -> open(json, Precision.FLOAT32));
        StringBuilder distances = new StringBuilder();
        boolean close = true;
        for (Precision precision : Precision.values()) {
            try (GradientEngine engine = open(network.configurationJson(), precision)) {
                double distance =
                        comparison.distance(engine.gradient(network.parameters(), network.batch(COMPARED_ROWS), 1)
                                .gradient());
                close &= distance <= MOST.get(precision);
                distances.append(String.format(Locale.ROOT, "%10.2g ", distance));
            }
        }
        boolean same = sameBits(network);
        failed |= !comparison.passed() || !same || !close;
        System.out.printf(
                Locale.ROOT,
                "%-12s %-10.2g %-52s %s %s%s%n",
                network.name(),
                comparison.difference(),
                comparison.part(),
                distances,
                same ? "equal" : "DIFFER",
                comparison.passed() && close ? "" : "  TOO FAR");
    }

    /** Two gradients of one engine, and one of another engine. */
    private boolean sameBits(BenchmarkNetwork network) {
        Batch batch = network.batch(rows);
        float[] first;
        float[] second;
        try (GradientEngine engine = open(network.configurationJson(), Precision.FLOAT32)) {
            first = engine.gradient(network.parameters(), batch, 1).gradient();
            second = engine.gradient(network.parameters(), batch, 1).gradient();
        }
        try (GradientEngine engine = open(network.configurationJson(), Precision.FLOAT32)) {
            float[] third = engine.gradient(network.parameters(), batch, 1).gradient();
            return Arrays.equals(first, second) && Arrays.equals(first, third);
        }
    }

    private void overflow(int tooMany) {
        BenchmarkNetwork network = BenchmarkNetwork.of("resnet18");
        try (GradientEngine engine = open(network.configurationJson(), Precision.FLOAT32)) {
            engine.gradient(network.parameters(), network.batch(tooMany), 1);
            System.out.printf("%nbatch of %d: fitted, expected not to%n", tooMany);
            failed = true;
        } catch (TorchMemoryException e) {
            System.out.printf("%nbatch of %d: %s%n", tooMany, e.getMessage());
            compare(BenchmarkNetwork.of("digits"));
        }
    }

    private void time() {
        Optional<PyTorchProcess> python = PyTorchProcess.start();
        try {
            List<Contender> contenders = new ArrayList<>();
            python.ifPresent(process -> {
                System.out.println(process.version());
                for (Precision precision : Precision.values()) {
                    contenders.add(Contender.pytorch(process, device(precision)));
                }
            });
            for (Precision precision : Precision.values()) {
                contenders.add(Contender.torch(device(precision), EngineBenchmark.threads()));
            }
            if (Boolean.parseBoolean(settings.get("cpu"))) {
                python.ifPresent(process -> contenders.add(Contender.pytorch(process, TorchDevice.CPU)));
                contenders.add(Contender.torch(TorchDevice.CPU, EngineBenchmark.threads()));
                contenders.add(Contender.dl4j());
            }
            for (String name : settings.get("time").split(",")) {
                EngineBenchmark.measure(
                        name,
                        contenders,
                        rows,
                        Double.parseDouble(settings.get("seconds")),
                        EngineBenchmark.WARM_UP_SHARE);
            }
        } finally {
            python.ifPresent(PyTorchProcess::close);
        }
    }
}
