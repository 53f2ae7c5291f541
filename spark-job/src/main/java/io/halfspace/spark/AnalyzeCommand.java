package io.halfspace.spark;

import io.halfspace.dl4j.NativeAcceleration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code halfspace analyze MODEL}: what may leave the network, and why the rest may not. */
@Command(
        name = "analyze",
        description =
                "Tells for each layer whether channels of it can be pruned, or why not, whether it can be erased as a whole, and what it costs.",
        mixinStandardHelpOptions = true)
final class AnalyzeCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            paramLabel = "MODEL",
            description = "Deeplearning4j zip, configuration JSON, or the name of a built-in network.")
    private String model;

    @Option(
            names = "--input",
            paramLabel = "SIZES",
            split = ",",
            description =
                    "Shape of one example: FEATURES or CHANNELS,HEIGHT,WIDTH. Needed for convolutional model files.")
    private List<Integer> input = List.of();

    @Option(names = "--classes", description = "Classes of a built-in network (default: ${DEFAULT-VALUE}).")
    private int classes = 10;

    @ArgGroup
    private Form form = new Form();

    /** How to print the answer. */
    private static final class Form {
        @Option(names = "--json", description = "Prints JSON for machines.")
        private boolean json;

        @Option(names = "--dot", description = "Prints a Graphviz drawing.")
        private boolean dot;
    }

    @Override
    public Integer call() {
        NativeAcceleration.enable();
        Optional<int[]> told = input.isEmpty() ? InputShape.ofBuiltIn(model) : Optional.of(sizes());
        ModelSource source = ModelSource.load(
                JobConfig.resolveModel(model, new Path(".")), told.orElse(new int[0]), classes, 0, new Configuration());
        int[] shape = told.or(() -> InputShape.of(source.network())).orElseThrow(this::shapeUnknown);
        long start = System.nanoTime();
        Network network = Network.analyse(source.network(), shape);
        double millis = (System.nanoTime() - start) / 1e6;
        AnalysisReport report = AnalysisReport.of(model, network, millis);
        System.out.println(form.json ? report.json() : form.dot ? report.dot(network) : report.table());
        return ExitCode.OK.number();
    }

    private JobException shapeUnknown() {
        return new JobException(
                ExitCode.CONFIGURATION,
                "Cannot analyse '%s': the model does not say the height and width of its input, give --input CHANNELS,HEIGHT,WIDTH"
                        .formatted(model));
    }

    private int[] sizes() {
        return input.stream().mapToInt(Integer::intValue).toArray();
    }
}
