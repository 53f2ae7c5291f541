package io.halfspace.torch;

import io.halfspace.dl4j.NativeAcceleration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Times gradients and forward passes of the engines beside PyTorch from Python, taking turns in one run, and prints medians
 * and their ratio to PyTorch's. {@code deploy/engine-benchmark.sh} runs it with one and with two threads.
 *
 * <p>An engine's time includes what a call costs in a job: parameters and examples from Java arrays, and the gradient back
 * into one. PyTorch's does not: its parameters and examples are where it computes.
 *
 * <p>Arguments, all optional: {@code networks=resnet20,dense}, {@code seconds=20} for each network and operation,
 * {@code batch=64}.
 */
public final class EngineBenchmark {
    private static final int LEAST_ROUNDS = 3;
    private static final int MOST_ROUNDS = 25;
    private static final int WARM_UP = 2;

    private EngineBenchmark() {}

    public static void main(String[] arguments) {
        Map<String, String> settings = settings(
                arguments,
                Map.of("networks", String.join(",", BenchmarkNetwork.NAMES), "seconds", "20", "batch", "64"));
        NativeAcceleration.enable();
        int threads = threads();
        System.out.printf(
                "%s; dl4j: %s; %d thread(s) each%n", TorchNatives.describe(), NativeAcceleration.describe(), threads);
        Optional<PyTorchProcess> python = PyTorchProcess.start();
        try {
            List<Contender> contenders = new ArrayList<>();
            python.ifPresent(process -> {
                System.out.println(process.version());
                contenders.add(Contender.pytorch(process, TorchDevice.CPU));
            });
            contenders.add(Contender.torch(TorchDevice.CPU, threads));
            contenders.add(Contender.dl4j());
            for (String name : settings.get("networks").split(",")) {
                measure(
                        name,
                        contenders,
                        Integer.parseInt(settings.get("batch")),
                        Double.parseDouble(settings.get("seconds")));
            }
        } finally {
            python.ifPresent(PyTorchProcess::close);
        }
    }

    /** {@code key=value} arguments over defaults. */
    static Map<String, String> settings(String[] arguments, Map<String, String> defaults) {
        Map<String, String> settings = new LinkedHashMap<>(defaults);
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            String key = argument.substring(0, Math.max(0, equals));
            if (!defaults.containsKey(key)) {
                throw new IllegalArgumentException(
                        "Cannot understand argument '%s': expected one of %s, each with =VALUE"
                                .formatted(argument, String.join(", ", defaults.keySet())));
            }
            settings.put(key, argument.substring(equals + 1));
        }
        return settings;
    }

    /** Native threads of every contender: what OpenMP is told. */
    static int threads() {
        String variable = System.getenv("OMP_NUM_THREADS");
        return variable == null ? 1 : Integer.parseInt(variable);
    }

    /**
     * Measures one network and prints a line for every contender.
     *
     * @param contenders in the order of the table; times are divided by the first one's
     * @param seconds for each operation, beyond the least number of rounds
     */
    static void measure(String name, List<Contender> contenders, int rows, double seconds) {
        BenchmarkNetwork network = BenchmarkNetwork.of(name);
        System.out.printf(
                "%n%-24s %14s %8s %14s %8s%n", name + ", batch " + rows, "gradient", "ratio", "forward", "ratio");
        List<Contender.Runs> runs = new ArrayList<>();
        try {
            contenders.forEach(each -> runs.add(each.open(network, rows)));
            double[] gradient = medians(runs, true, seconds);
            double[] forward = medians(runs, false, seconds);
            for (int i = 0; i < runs.size(); i++) {
                System.out.printf(
                        Locale.ROOT,
                        "%-24s %11.2f ms %8.2f %11.2f ms %8.2f%n",
                        contenders.get(i).name(),
                        gradient[i],
                        gradient[i] / gradient[0],
                        forward[i],
                        forward[i] / forward[0]);
            }
        } finally {
            runs.forEach(Contender.Runs::close);
        }
    }

    private static double[] medians(List<Contender.Runs> runs, boolean gradient, double seconds) {
        List<double[]> rounds = new ArrayList<>();
        long end = System.nanoTime() + (long) (seconds * 1e9);
        for (int round = -WARM_UP; round < LEAST_ROUNDS || round < MOST_ROUNDS && System.nanoTime() < end; round++) {
            double[] millis =
                    runs.stream().mapToDouble(each -> each.millis(gradient)).toArray();
            if (round >= 0) {
                rounds.add(millis);
            }
        }
        double[] medians = new double[runs.size()];
        for (int i = 0; i < medians.length; i++) {
            int contender = i;
            double[] sorted =
                    rounds.stream().mapToDouble(each -> each[contender]).toArray();
            Arrays.sort(sorted);
            medians[i] = sorted[sorted.length / 2];
        }
        return medians;
    }
}
