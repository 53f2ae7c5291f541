package io.halfspace.spark;

import io.halfspace.dl4j.BuiltinNetworks;
import io.halfspace.dl4j.NativeAcceleration;
import io.halfspace.solver.Dhspg;
import io.halfspace.solver.DhspgSettings;
import io.halfspace.solver.Schedule;
import io.halfspace.solver.Target;
import io.halfspace.torch.Precision;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.learning.config.Nesterovs;

/**
 * Examples a second of the training loop on a cluster of two executors of one core each, beside two bare processes that
 * only compute gradients on the same batches, taking turns in one run. {@code deploy/scaling-benchmark.sh} runs it.
 *
 * <p>The loop is that of a job from its first step to its last: parameters out, augmented minibatches, gradients back and
 * added, base optimiser, DHSPG. Two shards, one an executor.
 *
 * <p>"Bare in step" are the same processes waiting for each other after every gradient, as any training must whose steps take
 * all gradients: what the machine's unevenness costs without Spark.
 *
 * <p>Before it is measured, the loop takes steps of one example a shard, after which the JVMs have compiled what Spark runs in
 * every step, as in all but the first minute of a job.
 *
 * <p>Arguments, all optional: {@code network=resnet20}, {@code rows=64} of a shard in a step, {@code steps=6} of a turn,
 * {@code turns=20}, {@code warming=1000} steps, {@code engine=torch}, {@code standing=true} tasks, {@code
 * master=local-cluster[2,1,2048]}.
 */
public final class ScalingBenchmark {
    private static final int SHARDS = 2;
    private static final int CLASSES = 10;
    private static final int ROWS_PER_SHARD = 1024;
    private static final int SEED = 1;

    private ScalingBenchmark() {}

    public static void main(String[] arguments) throws IOException {
        Settings settings = Settings.of(arguments);
        NativeAcceleration.enable();
        List<BareProcess> bare = new ArrayList<>();
        SparkSession session = session(settings);
        try {
            IntStream.range(0, SHARDS).forEach(shard -> bare.add(BareProcess.start(settings.with("shard", shard))));
            measure(settings, JavaSparkContext.fromSparkContext(session.sparkContext()), bare);
        } finally {
            bare.forEach(BareProcess::close);
            session.stop();
        }
    }

    private static SparkSession session(Settings settings) {
        System.setProperty("spark.executor.extraClassPath", System.getProperty("java.class.path"));
        System.setProperty("spark.ui.enabled", "false");
        return Sessions.open("scaling benchmark", settings.text("master"), TimeoutConfig.DEFAULT.start());
    }

    private static void measure(Settings settings, JavaSparkContext spark, List<BareProcess> bare) {
        int steps = settings.number("steps");
        int turns = settings.number("turns");
        Task task = new Task(settings);
        int[] shape = task.shape;
        JavaRDD<Shard> shards = spark.parallelize(
                        IntStream.range(0, SHARDS).boxed().toList(), SHARDS)
                .map(index -> shard(index, shape))
                .persist(StorageLevel.MEMORY_AND_DISK());
        shards.count();
        GradientRound round = round(spark, shards, task, settings);
        int warming = settings.number("warming");
        Loop loop = new Loop(task, steps * (turns + 1) + warming, ROWS_PER_SHARD / settings.number("rows"));
        try (GradientRound one = round(spark, shards, task, settings.with("rows", 1))) {
            loop.run(one, warming);
        }
        loop.run(round, steps);
        BareProcess.all(bare, steps);
        double examples = (double) SHARDS * settings.number("rows") * steps;
        System.out.printf(
                "%s, %s, %d examples a shard, %d shards, %d steps a turn%n",
                settings.text("network"), settings.text("engine"), settings.number("rows"), SHARDS, steps);
        System.out.printf(
                "%-6s %14s %14s %14s %8s   %s%n",
                "turn",
                "executors/s",
                "bare/s",
                "bare in step",
                "ratio",
                "ms a step: round, slowest gradient in it, optimiser, solver");
        double[] ratios = new double[turns];
        double[] inStepRatios = new double[turns];
        for (int turn = 0; turn < turns; turn++) {
            Spent spent = loop.run(round, steps);
            double trained = examples / spent.all();
            double computed = examples / BareProcess.all(bare, steps);
            double inStep = examples / BareProcess.inStep(bare, steps);
            ratios[turn] = trained / computed;
            inStepRatios[turn] = inStep / computed;
            System.out.printf(
                    Locale.ROOT,
                    "%-6d %14.1f %14.1f %14.1f %8.3f   %.1f, %.1f, %.1f, %.1f%n",
                    turn + 1,
                    trained,
                    computed,
                    inStep,
                    ratios[turn],
                    1000 * spent.round / steps,
                    spent.slowestMillis / steps,
                    1000 * spent.update / steps,
                    1000 * spent.solver / steps);
        }
        Arrays.sort(ratios);
        Arrays.sort(inStepRatios);
        System.out.printf(
                Locale.ROOT, "median ratio %.3f; bare in step %.3f%n", ratios[turns / 2], inStepRatios[turns / 2]);
    }

    private static GradientRound round(JavaSparkContext spark, JavaRDD<Shard> shards, Task task, Settings settings) {
        boolean standing = settings.text("standing").equals("true");
        return new GradientRound(spark, shards, task.round(settings), standing, TimeoutConfig.DEFAULT.step());
    }

    /** Random images, the same every time. */
    static Shard shard(int index, int[] shape) {
        Random random = new Random(index);
        byte[] bytes = new byte[ROWS_PER_SHARD * Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        random.nextBytes(bytes);
        int[] labels = random.ints(ROWS_PER_SHARD, 0, CLASSES).toArray();
        long[] rowIds = IntStream.range(0, ROWS_PER_SHARD)
                .mapToLong(row -> (long) row * SHARDS + index)
                .toArray();
        return new Shard(index, shape, bytes, new float[0], labels, rowIds);
    }

    /** The network, and how its examples are read. */
    static final class Task {
        final ComputationGraph network;
        final int[] shape;

        Task(Settings settings) {
            String name = settings.text("network");
            shape = BuiltinNetworks.usualInput(name).orElseThrow();
            network = BuiltinNetworks.create(name, shape, CLASSES, SEED, new Nesterovs(0.01, 0.9), 1e-4);
        }

        GradientRound.Task round(Settings settings) {
            return new GradientRound.Task(
                    new EngineSpec(settings.text("engine").equals("torch"), false, Precision.FLOAT32, 1),
                    "benchmark",
                    network.getConfiguration().toJson(),
                    shape,
                    CLASSES,
                    Normalizer.uniform(Normalization.NONE, shape[0], 1f / 255),
                    new Augmentation(4, true),
                    SEED,
                    settings.number("rows"));
        }
    }

    /** Seconds of a turn by what they were spent on. */
    private record Spent(double round, double slowestMillis, double update, double solver) {
        double all() {
            return round + update + solver;
        }
    }

    /** A run of training, a few steps at a time. */
    private static final class Loop {
        private final Trainee trainee;
        private final int stepsPerEpoch;
        private int step;

        Loop(Task task, int steps, int stepsPerEpoch) {
            Network network = Network.analyse(task.network, task.shape);
            this.stepsPerEpoch = stepsPerEpoch;
            Dhspg solver =
                    new Dhspg(network.groups(), new Target.Flops(0.5), DhspgSettings.forSgd(), Schedule.forRun(steps));
            trainee = Trainee.of(network).drivenBy(solver, network.groups());
        }

        Spent run(GradientRound round, int steps) {
            long[] nanos = new long[3];
            double slowest = 0;
            for (int end = step + steps; step < end; step++) {
                int epoch = step / stepsPerEpoch;
                long begun = System.nanoTime();
                GradientRound.Sum sum = round.compute(trainee.parameters(), epoch, step % stepsPerEpoch);
                long summed = System.nanoTime();
                float[] update = trainee.update(sum, step, epoch);
                long updated = System.nanoTime();
                trainee.step(update, step, epoch);
                nanos[0] += summed - begun;
                nanos[1] += updated - summed;
                nanos[2] += System.nanoTime() - updated;
                slowest += sum.slowestMillis();
            }
            return new Spent(nanos[0] / 1e9, slowest, nanos[1] / 1e9, nanos[2] / 1e9);
        }
    }

    /** Arguments over defaults. */
    record Settings(List<String> given) {
        private static final List<String> DEFAULTS = List.of(
                "network=resnet20",
                "rows=64",
                "steps=6",
                "turns=20",
                "warming=1000",
                "engine=torch",
                "standing=true",
                "master=local-cluster[2,1,2048]",
                "shard=0");

        static Settings of(String[] arguments) {
            for (String argument : arguments) {
                String key = argument.substring(0, argument.indexOf('=') + 1);
                if (key.isEmpty() || DEFAULTS.stream().noneMatch(each -> each.startsWith(key))) {
                    throw new IllegalArgumentException("Cannot understand argument '%s': expected one like %s"
                            .formatted(argument, String.join(" ", DEFAULTS)));
                }
            }
            return new Settings(List.of(arguments));
        }

        Settings with(String key, int value) {
            return new Settings(
                    Stream.concat(given.stream(), Stream.of(key + "=" + value)).toList());
        }

        String text(String key) {
            return Stream.concat(DEFAULTS.stream(), given.stream())
                    .filter(each -> each.startsWith(key + "="))
                    .reduce((earlier, later) -> later)
                    .map(each -> each.substring(key.length() + 1))
                    .orElseThrow();
        }

        int number(String key) {
            return Integer.parseInt(text(key));
        }
    }
}
