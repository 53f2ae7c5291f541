package io.halfspace.solver;

import io.halfspace.graph.ErasableSegments;
import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.GroupSet;
import io.halfspace.graph.TraceGraph;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Time of a solver step in each phase over that of the baseline {@code x -= u}, which reads parameters and update and
 * writes parameters, on the same vectors with the same number of threads; and what a step allocates.
 *
 * <p>Half of the groups are chosen. Projection is kept off, so that all of them are penalised: the dearest step. Ratios are
 * of the tenth percentiles of single steps, because other work on the machine only ever adds.
 *
 * <pre>
 * ./mvnw -q test-compile dependency:build-classpath -pl graph-analysis,solver -Dmdep.outputFile=target/classpath
 * java -cp solver/target/test-classes:solver/target/classes:$(cat solver/target/classpath) \
 *   io.halfspace.solver.SolverStepBenchmark
 * </pre>
 *
 * Arguments, if any, are the networks to measure.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 1,
        jvmArgs = {"-Xms2g", "-Xmx2g", "-Djava.util.concurrent.ForkJoinPool.common.parallelism=1"})
@Warmup(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class SolverStepBenchmark {
    private static final int FAR = 1 << 30;
    private static final double RATE = 1e-3;

    /** Networks by name; of the last one whole branches are groups. */
    public enum Network {
        RESNET20,
        RESNET18,
        RESNET50,
        BRANCHES;

        GroupSet groups() {
            return switch (this) {
                case RESNET20 -> GroupPartition.of(ConvNets.resnet20());
                case RESNET18 -> GroupPartition.of(ConvNets.resnet18());
                case RESNET50 -> GroupPartition.of(ConvNets.resnet50());
                case BRANCHES -> {
                    TraceGraph graph = ConvNets.branches(4, 512);
                    yield ErasableSegments.of(graph, GroupPartition.of(graph));
                }
            };
        }
    }

    /** What is measured, and the schedule that stays there for as long as it is. */
    public enum Step {
        BASELINE(null),
        WARM_UP(new Schedule(FAR, FAR - 2, 1, FAR - 2, FAR - 2, FAR - 1)),
        SCORING(new Schedule(FAR, FAR - 2, FAR - 2, FAR - 2, FAR - 2, FAR - 1)),
        PENALISED(new Schedule(FAR, 1, 1, FAR - 2, FAR - 2, FAR - 1)),
        CLOSING(new Schedule(FAR, 1, 1, 2, 2, FAR - 1)),
        FROZEN(new Schedule(FAR, 1, 1, 1, 1, 2));

        private final Schedule schedule;

        Step(Schedule schedule) {
            this.schedule = schedule;
        }
    }

    @Param
    public Network network;

    @Param({"1", "2"})
    public int threads;

    @Param
    public Step step;

    private Parts parts;
    private Solver solver;
    private float[] x;
    private float[] u;

    @Setup
    public void setUp() {
        GroupSet groups = network.groups();
        int length = groups.graph().parameterLength();
        parts = new Parts(threads == 1 ? 1 : 8 * threads);
        x = Vectors.random(length, 1, 0.1f);
        u = Vectors.random(length, 2, 1e-8f);
        if (step == Step.BASELINE) {
            return;
        }
        Target target = new Target.Groups(0.5);
        DhspgSettings settings = new DhspgSettings(1e-6, 2, 0.95);
        solver = groups instanceof ErasableSegments segments
                ? new H2spg(segments, target, settings, step.schedule, parts)
                : new Dhspg(groups, target, settings, step.schedule, parts);
        for (int t = 0; t < 3; t++) {
            solver.step(x, u, RATE);
        }
    }

    @Benchmark
    public Object step() {
        if (step == Step.BASELINE) {
            parts.run(part -> GroupStep.plain(x, u, parts.begin(part, x.length), parts.begin(part + 1, x.length)));
            return x;
        }
        return solver.step(x, u, RATE);
    }

    public static void main(String[] networks) throws RunnerException {
        Network[] chosen = networks.length == 0
                ? Network.values()
                : Arrays.stream(networks)
                        .map(name -> Network.valueOf(name.toUpperCase(Locale.ROOT)))
                        .toArray(Network[]::new);
        for (Network network : chosen) {
            for (int threads = 1; threads <= 2; threads++) {
                measure(network, threads);
            }
        }
    }

    private static void measure(Network network, int threads) throws RunnerException {
        Options options = new OptionsBuilder()
                .include(SolverStepBenchmark.class.getName())
                .param("network", network.name())
                .param("threads", Integer.toString(threads))
                .addProfiler(GCProfiler.class)
                .verbosity(VerboseMode.SILENT)
                .build();
        Map<Step, RunResult> results = new LinkedHashMap<>();
        for (RunResult result : new Runner(options).run()) {
            results.put(Step.valueOf(result.getParams().getParam("step")), result);
        }
        double unit = quiet(results.get(Step.BASELINE));
        System.out.printf("%s, %d thread(s): baseline %.0f us%n", network, threads, unit);
        results.forEach((step, result) -> System.out.printf(
                "  %-10s %.2f of the baseline, %.0f bytes allocated a step%n",
                step,
                quiet(result) / unit,
                result.getSecondaryResults().get("gc.alloc.rate.norm").getScore()));
    }

    private static double quiet(RunResult result) {
        return result.getPrimaryResult().getStatistics().getPercentile(10);
    }
}
