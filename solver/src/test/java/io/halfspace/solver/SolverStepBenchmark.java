package io.halfspace.solver;

import com.sun.management.ThreadMXBean;
import io.halfspace.graph.ErasableSegments;
import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.GroupSet;
import io.halfspace.graph.TraceGraph;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Time of a solver step in each phase over that of the baseline {@code x -= u}, which reads parameters and update and
 * writes parameters, on the same vectors with the same number of threads; and what a step allocates.
 *
 * <p>Half of the groups are chosen. Projection is kept off, so that all of them are penalised: the dearest step. The same runs
 * before the baseline and before the step, so that both find the same in the cache: what a base optimiser does, as in a
 * training, or another plain step, after which small networks are all there. The tenth percentiles are compared, because
 * other work on the machine only ever adds. All runs share this JVM, as the phases of a training do.
 *
 * <pre>
 * ./mvnw -q test-compile dependency:build-classpath -pl graph-analysis,solver -Dmdep.outputFile=target/classpath
 * java -Xmx2g -Djava.util.concurrent.ForkJoinPool.common.parallelism=1 \
 *   -cp solver/target/test-classes:solver/target/classes:$(cat solver/target/classpath) \
 *   io.halfspace.solver.SolverStepBenchmark
 * </pre>
 *
 * Arguments, if any, are the networks to measure.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(0)
@Warmup(iterations = 4, time = 1000, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 2, time = 1000, timeUnit = TimeUnit.MILLISECONDS)
public class SolverStepBenchmark {
    private static final int FAR = 1 << 30;
    private static final double RATE = 1e-3;
    private static final int ALLOCATION_STEPS = 100;

    /** Of the last run: times of its baselines in ns, as many as count, and what 100 steps allocated. */
    private static final long[] BASELINES = new long[1 << 17];

    /** The same in processor time of the calling thread, and that of the steps: what a busy machine leaves alone. */
    private static final long[] BASELINES_PROCESSOR = new long[1 << 17];

    private static final long[] STEPS_PROCESSOR = new long[1 << 17];
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static int baselines;
    private static long allocated;

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

    /** What is measured, by the schedule that stays there for as long as it is. */
    public enum Step {
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

    /** What runs before. */
    public enum Before {
        OPTIMISER,
        PLAIN_STEP
    }

    @Param
    public Network network;

    @Param({"1", "2"})
    public int threads;

    @Param
    public Step step;

    @Param
    public Before before;

    private final IntConsumer plain = this::plain;
    private Parts parts;
    private Solver solver;
    private float[] x;
    private float[] u;
    /** Of a base optimiser that is like momentum's. */
    private float[] parameters;

    private float[] gradient;
    private float[] momentum;
    private float[] update;

    @Setup
    public void setUp() {
        GroupSet groups = network.groups();
        int length = groups.graph().parameterLength();
        parts = new Parts(threads == 1 ? 1 : 8 * threads);
        x = Vectors.random(length, 1, 0.1f);
        u = Vectors.random(length, 2, 1e-8f);
        parameters = new float[length];
        gradient = new float[length];
        momentum = new float[length];
        update = u.clone();
        Target target = new Target.Groups(0.5);
        DhspgSettings settings = new DhspgSettings(1e-6, 2, 0.95);
        solver = groups instanceof ErasableSegments segments
                ? new H2spg(segments, target, settings, step.schedule, parts)
                : new Dhspg(groups, target, settings, step.schedule, parts);
        for (int t = 0; t < 3; t++) {
            solver.step(x, u, RATE);
        }
    }

    @Setup(Level.Iteration)
    public void forget() {
        baselines = 0;
    }

    @Setup(Level.Invocation)
    public void baseline() {
        runBefore();
        long processor = THREADS.getCurrentThreadCpuTime();
        long start = System.nanoTime();
        parts.run(plain);
        long time = System.nanoTime() - start;
        if (baselines < BASELINES.length) {
            BASELINES[baselines] = time;
            BASELINES_PROCESSOR[baselines++] = THREADS.getCurrentThreadCpuTime() - processor;
        }
        runBefore();
    }

    private void runBefore() {
        if (before == Before.PLAIN_STEP) {
            parts.run(plain);
            return;
        }
        System.arraycopy(x, 0, parameters, 0, x.length);
        for (int i = 0; i < gradient.length; i++) {
            momentum[i] = 0.9f * momentum[i] - gradient[i];
            gradient[i] = momentum[i];
        }
        System.arraycopy(update, 0, u, 0, u.length);
    }

    @Benchmark
    public Object step() {
        long processor = THREADS.getCurrentThreadCpuTime();
        StepReport report = solver.step(x, u, RATE);
        STEPS_PROCESSOR[baselines - 1] = THREADS.getCurrentThreadCpuTime() - processor;
        return report;
    }

    @TearDown
    public void countAllocations() {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int t = 0; t < ALLOCATION_STEPS; t++) {
            solver.step(x, u, RATE);
        }
        allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    private void plain(int part) {
        GroupStep.plain(x, u, parts.begin(part, x.length), parts.begin(part + 1, x.length));
    }

    public static void main(String[] networks) throws RunnerException {
        Network[] chosen = networks.length == 0
                ? Network.values()
                : Arrays.stream(networks)
                        .map(name -> Network.valueOf(name.toUpperCase(Locale.ROOT)))
                        .toArray(Network[]::new);
        for (Network network : chosen) {
            measure(network, 1, Before.OPTIMISER);
            measure(network, 1, Before.PLAIN_STEP);
            if (network.groups().graph().parameterLength() >= Parts.WORTHWHILE) {
                measure(network, 2, Before.OPTIMISER);
            }
        }
    }

    private static void measure(Network network, int threads, Before before) throws RunnerException {
        System.out.printf("%s, %d thread(s), before it %s%n", network, threads, before);
        for (Step step : Step.values()) {
            measure(network, threads, before, step);
        }
    }

    private static void measure(Network network, int threads, Before before, Step step) throws RunnerException {
        Options options = new OptionsBuilder()
                .include(SolverStepBenchmark.class.getName())
                .param("network", network.name())
                .param("threads", Integer.toString(threads))
                .param("before", before.name())
                .param("step", step.name())
                .verbosity(VerboseMode.SILENT)
                .build();
        double time = new Runner(options)
                .runSingle()
                .getPrimaryResult()
                .getStatistics()
                .getPercentile(10);
        double unit = tenthPercentile(BASELINES);
        System.out.printf(
                "  %-10s %.2f of the baseline, which took %.0f us; %d bytes allocated a step",
                step, time / unit, unit / 1000, allocated / ALLOCATION_STEPS);
        if (threads == 1) {
            double processor = tenthPercentile(STEPS_PROCESSOR) / tenthPercentile(BASELINES_PROCESSOR);
            System.out.printf("; %.2f in processor time", processor);
        }
        System.out.println();
    }

    private static double tenthPercentile(long[] times) {
        long[] sorted = Arrays.copyOf(times, baselines);
        Arrays.sort(sorted);
        return sorted[sorted.length / 10];
    }
}
