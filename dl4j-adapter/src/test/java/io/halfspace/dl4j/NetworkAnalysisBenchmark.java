package io.halfspace.dl4j;

import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.LayerAnswer;
import io.halfspace.graph.TraceGraph;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
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
 * Times the analysis of Deeplearning4j networks from tracing to the answers. Prints the processor's time
 * (best iteration) and the clock's (mean) and, for the network of twice the vertices, how many times as long the processor
 * takes. Arguments are JMH's own. From the root of the
 * repository:
 *
 * <pre>{@code
 * ./mvnw -q -pl graph-analysis,dl4j-adapter test-compile dependency:build-classpath -Dmdep.outputFile=target/classpath
 * java -Xmx3g -cp dl4j-adapter/target/classes:dl4j-adapter/target/test-classes:$(cat dl4j-adapter/target/classpath) \
 *     io.halfspace.dl4j.NetworkAnalysisBenchmark
 * }</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
public class NetworkAnalysisBenchmark {
    private static final List<String> GROWING = List.of("residual 5000", "residual 10000");

    @Param({"ResNet-50", "DenseNet-201", "residual 5000", "residual 10000"})
    private String name;

    private ComputationGraph network;
    private InputType type;

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
                        .include(NetworkAnalysisBenchmark.class.getName())
                        .build())
                .run()) {
            String name = result.getParams().getParam("name");
            double best = result.getSecondaryResults()
                    .get("processor")
                    .getStatistics()
                    .getMin();
            double mean = result.getPrimaryResult().getScore();
            String growth = GROWING.indexOf(name) == 1
                    ? "   %.2f times the time of half as many vertices".formatted(best / before)
                    : "";
            System.out.printf("%-16s processor %7.1f ms, clock %7.1f ms%s%n", name, best, mean, growth);
            before = best;
        }
    }

    @Setup
    public void build() {
        type = switch (name) {
            case "ResNet-50" -> ResNet50.type(224);
            case "DenseNet-201" -> DenseNet201.type();
            default -> InputType.feedForward(8);
        };
        network = switch (name) {
            case "ResNet-50" -> ResNet50.create(224, 1000);
            case "DenseNet-201" -> DenseNet201.create();
            default -> residual(Integer.parseInt(name.split(" ")[1]));
        };
    }

    @Benchmark
    public Object analysis(Processor processor) {
        return processor.timed(this::analyse);
    }

    private List<LayerAnswer> analyse() {
        TraceGraph trace = NetworkTracer.trace(network, type);
        return LayerAnswer.of(trace, GroupPartition.of(trace));
    }

    /** Dense layers with a skip connection around each, three vertices a block. */
    private static ComputationGraph residual(int size) {
        GraphBuilder graph = new NeuralNetConfiguration.Builder().graphBuilder().addInputs("in");
        String at = "in";
        for (int i = 0; i < size / 3; i++) {
            graph.addLayer("dense" + i, new DenseLayer.Builder().nIn(8).nOut(8).build(), at);
            if (i == 0) {
                at = "dense0";
                continue;
            }
            graph.addVertex("add" + i, new ElementWiseVertex(ElementWiseVertex.Op.Add), "dense" + i, at);
            graph.addLayer("relu" + i, new ActivationLayer(Activation.RELU), "add" + i);
            at = "relu" + i;
        }
        graph.addLayer(
                "out",
                new OutputLayer.Builder()
                        .nIn(8)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build(),
                at);
        ComputationGraph network = new ComputationGraph(graph.setOutputs("out").build());
        network.init();
        return network;
    }
}
