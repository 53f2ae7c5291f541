package io.halfspace.graph;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.AuxCounters;
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
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Times the whole analysis of trace graphs: groups, segments, answers, costs and savings. Prints the processor's time
 * (best of seven seconds) and the clock's (their mean) and, for networks of twice the vertices, how many times as long the
 * processor takes. Arguments are JMH's own. From the root of the
 * repository:
 *
 * <pre>{@code
 * ./mvnw -q -pl graph-analysis test-compile dependency:build-classpath -Dmdep.outputFile=target/classpath
 * java -cp graph-analysis/target/classes:graph-analysis/target/test-classes:$(cat graph-analysis/target/classpath) \
 *     io.halfspace.graph.AnalysisBenchmark
 * }</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 7, time = 1)
public class AnalysisBenchmark {
    /** Every second one has twice the vertices of the one before it. */
    private static final List<String> GROWING =
            List.of("chain 10000", "chain 20000", "residual 10000", "residual 20000", "blocks 10000", "blocks 20000");

    @Param({
        "ResNet-50",
        "DenseNet-201",
        "chain 10000",
        "chain 20000",
        "residual 10000",
        "residual 20000",
        "blocks 10000",
        "blocks 20000"
    })
    private String network;

    private TraceGraph graph;

    /**
     * Processor time of an operation, which other work on the same machine does not stretch as it does the time by the
     * clock.
     */
    @AuxCounters(AuxCounters.Type.EVENTS)
    @State(Scope.Thread)
    public static class Processor {
        private long nanos;
        private long operations;

        /** Milliseconds an operation. */
        public double processor() {
            return operations == 0 ? 0 : nanos / 1e6 / operations;
        }

        @Setup(Level.Iteration)
        public void reset() {
            nanos = 0;
            operations = 0;
        }

        private <T> T timed(Supplier<T> operation) {
            long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            T result = operation.get();
            nanos += ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
            operations++;
            return result;
        }
    }

    public static void main(String[] arguments) throws RunnerException, CommandLineOptionException {
        double before = 0;
        for (RunResult result : new Runner(new OptionsBuilder()
                        .parent(new CommandLineOptions(arguments))
                        .include(AnalysisBenchmark.class.getName())
                        .build())
                .run()) {
            String network = result.getParams().getParam("network");
            double best = result.getSecondaryResults()
                    .get("processor")
                    .getStatistics()
                    .getMin();
            double mean = result.getPrimaryResult().getScore();
            boolean grown = GROWING.indexOf(network) % 2 == 1;
            System.out.printf(
                    "%-16s processor %7.1f ms, clock %7.1f ms%s%n",
                    network, best, mean, grown ? growth(best / before) : "");
            before = best;
        }
    }

    private static String growth(double factor) {
        return "   %.2f times the time of half as many vertices".formatted(factor);
    }

    @Setup
    public void build() {
        String[] words = network.split(" ");
        int size = words.length > 1 ? Integer.parseInt(words[1]) : 0;
        graph = switch (words[0]) {
            case "ResNet-50" -> LargeGraphs.resNet50();
            case "DenseNet-201" -> LargeGraphs.denseNet201();
            case "chain" -> LargeGraphs.chain(size, 8);
            case "residual" -> LargeGraphs.residual(size, 8);
            case "blocks" -> LargeGraphs.blocks(size, 8);
            default -> throw new IllegalArgumentException(network);
        };
    }

    @Benchmark
    public Object analysis(Processor processor) {
        return processor.timed(this::analyse);
    }

    private List<Object> analyse() {
        List<Object> found = new ArrayList<>();
        GroupPartition groups = GroupPartition.of(graph);
        SegmentGraph segments = SegmentGraph.of(graph, groups);
        CostTable costs = CostTable.of(graph, groups);
        found.add(LayerAnswer.of(graph, groups, segments, costs));
        for (SegmentGraph.Segment segment : segments.segments()) {
            if (segment.erasable()) {
                found.add(costs.segmentSaving(segment));
            }
        }
        found.add(FreeBranches.of(graph));
        return found;
    }
}
