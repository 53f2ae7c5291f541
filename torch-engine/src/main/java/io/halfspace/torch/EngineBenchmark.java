package io.halfspace.torch;

import io.halfspace.dl4j.NativeAcceleration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Times gradients and forward passes of the engines beside PyTorch from Python, taking turns in one run, and prints the median
 * time and the median over the turns of its ratio to PyTorch's, since the machine's speed may drift from turn to turn: by the
 * clock, and by the time that the calling thread was on the processor, which other work
 * on the machine hardly changes but which says little with two threads. {@code deploy/engine-benchmark.sh} runs it with one
 * and with two.
 *
 * <p>An engine's time is what a task of a job waits for it: parameters are in the engine's buffer, where a task unpacks what
 * it received, examples come from a Java array, and the gradient ends in the engine's buffer, out of which a task packs what it
 * sends; a forward pass gives its outputs in an array, as in an evaluation. PyTorch's parameters and examples are where it
 * computes, and its gradient and outputs stay there.
 *
 * <p>Arguments, all optional: {@code networks=resnet20,dense}, {@code seconds=20} for each network and operation,
 * {@code warm-up=0.4} for the share of them that goes into warming up the engines (a JVM compiles only after hundreds of steps
 * what it does once a step), {@code batch=64}, {@code engines=torch,dl4j}.
 */
public final class EngineBenchmark {
    /** OpenMP's threads look out for work so long, or less, before they sleep, on a core that the next contender needs. */
    private static final long PAUSE_NANOS = 50_000_000;

    private static final double SHORT_MILLIS = 200;
    private static final int LEAST_ROUNDS = 9;
    private static final int MOST_ROUNDS = 400;
    private static final int WARM_UP = 2;
    static final double WARM_UP_SHARE = 0.4;

    private EngineBenchmark() {}

    public static void main(String[] arguments) {
        Map<String, String> settings = settings(
                arguments,
                Map.of(
                        "networks",
                        String.join(",", BenchmarkNetwork.NAMES),
                        "seconds",
                        "20",
                        "warm-up",
                        String.valueOf(WARM_UP_SHARE),
                        "batch",
                        "64",
                        "engines",
                        "torch,dl4j"));
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
            for (String engine : settings.get("engines").split(",")) {
                contenders.add(
                        switch (engine) {
                            case "torch" -> Contender.torch(TorchDevice.CPU, threads);
                            case "dl4j" -> Contender.dl4j();
                            default ->
                                throw new IllegalArgumentException(
                                        "Cannot measure engine '%s': expected torch or dl4j".formatted(engine));
                        });
            }
            for (String name : settings.get("networks").split(",")) {
                measure(
                        name,
                        contenders,
                        Integer.parseInt(settings.get("batch")),
                        Double.parseDouble(settings.get("seconds")),
                        Double.parseDouble(settings.get("warm-up")));
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
     * @param warmUp share of them that goes into warming up, beyond the rounds that always do
     */
    static void measure(String name, List<Contender> contenders, int rows, double seconds, double warmUp) {
        BenchmarkNetwork network = BenchmarkNetwork.of(name);
        System.out.printf(
                "%n%-24s %14s %8s %10s %14s %8s %10s%n",
                name + ", batch " + rows, "gradient", "ratio", "processor", "forward", "ratio", "processor");
        List<Contender.Runs> runs = new ArrayList<>();
        try {
            contenders.forEach(each -> runs.add(each.open(network, rows)));
            List<Result> gradient = results(runs, true, seconds, warmUp);
            List<Result> forward = results(runs, false, seconds, warmUp);
            for (int i = 0; i < runs.size(); i++) {
                System.out.printf(
                        Locale.ROOT,
                        "%-24s %s %s%n",
                        contenders.get(i).name(),
                        gradient.get(i).columns(),
                        forward.get(i).columns());
            }
        } finally {
            runs.forEach(Contender.Runs::close);
        }
    }

    /**
     * What was measured of one contender.
     *
     * @param clock median of its times, in milliseconds
     * @param clockRatio median over the rounds of its time over the first contender's
     * @param processorRatio the same of the time that the calling thread was on the processor
     */
    private record Result(double clock, double clockRatio, double processorRatio) {
        static Result of(List<List<Contender.Time>> rounds, int contender) {
            return new Result(
                    median(rounds, round -> round.get(contender).clock()),
                    median(
                            rounds,
                            round -> round.get(contender).clock() / round.get(0).clock()),
                    median(
                            rounds,
                            round -> round.get(contender).processor()
                                    / round.get(0).processor()));
        }

        String columns() {
            return String.format(Locale.ROOT, "%11.2f ms %8.2f %10.2f", clock, clockRatio, processorRatio);
        }
    }

    private static List<Result> results(List<Contender.Runs> runs, boolean gradient, double seconds, double warmUp) {
        List<List<Contender.Time>> rounds = new ArrayList<>();
        long start = System.nanoTime();
        long warm = start + (long) (warmUp * seconds * 1e9);
        long end = start + (long) (seconds * 1e9);
        for (int round = 0; round < WARM_UP; round++) {
            runs.forEach(each -> turn(each, gradient));
        }
        List<Contender.Runs> warming =
                runs.stream().filter(Contender.Runs::warmsUp).toList();
        while (!warming.isEmpty() && System.nanoTime() < warm) {
            warming.forEach(each -> each.time(gradient));
        }
        while (rounds.size() < LEAST_ROUNDS || rounds.size() < MOST_ROUNDS && System.nanoTime() < end) {
            rounds.add(runs.stream().map(each -> turn(each, gradient)).toList());
        }
        return IntStream.range(0, runs.size())
                .mapToObj(i -> Result.of(rounds, i))
                .toList();
    }

    /**
     * A contender's turn: begun after the last one's threads have gone to sleep, and if a run is short, the time of the second,
     * which finds its threads awake and its data in the caches, as each step of a training does.
     */
    private static Contender.Time turn(Contender.Runs runs, boolean gradient) {
        if (threads() > 1) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        Contender.Time first = runs.time(gradient);
        return first.clock() < SHORT_MILLIS ? runs.time(gradient) : first;
    }

    private static double median(List<List<Contender.Time>> rounds, ToDoubleFunction<List<Contender.Time>> value) {
        double[] sorted = rounds.stream().mapToDouble(value).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
