package io.halfspace.spark;

import io.halfspace.dl4j.NativeAcceleration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.deeplearning4j.nn.conf.inputs.InputType;
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
            description =
                    "Deeplearning4j zip, configuration JSON, or a name: of a built-in network or, after zoo:, of one in Deeplearning4j's zoo.")
    private String model;

    @Option(
            names = "--input",
            paramLabel = "SIZES",
            description =
                    "Shape of one example: FEATURES, or CHANNELS,HEIGHT,WIDTH, or FEATURES,STEPS of a sequence. Needed for convolutional model files; once for each input of the model.")
    private List<String> input = List.of();

    @Option(
            names = "--classes",
            paramLabel = "N",
            description = "Classes of a network with a name (default: 10; for those of the zoo, as published).")
    private Optional<Integer> classes = Optional.empty();

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
        List<int[]> told = input.isEmpty()
                ? ModelSource.usualInput(model).stream().toList()
                : input.stream().map(AnalyzeCommand::sizes).toList();
        ModelSource source = ModelSource.load(
                model,
                told.isEmpty() ? new int[0] : told.get(0),
                classes.orElseGet(() -> ModelSource.usualClasses(model)),
                0,
                new Configuration());
        InputType[] types = told.isEmpty()
                ? InputShape.of(source.network()).orElseThrow(this::shapeUnknown)
                : InputShape.told(source, told);
        long start = System.nanoTime();
        Network network = Network.analyse(source.network(), types);
        double millis = (System.nanoTime() - start) / 1e6;
        AnalysisReport report = AnalysisReport.of(model, network, millis);
        System.out.println(form.json ? report.json() : form.dot ? report.dot(network) : report.table());
        return ExitCode.OK.number();
    }

    private JobException shapeUnknown() {
        return new JobException(
                ExitCode.CONFIGURATION,
                "Cannot analyse '%s': the model does not say the height and width of its input, give --input CHANNELS,HEIGHT,WIDTH (once for each input)"
                        .formatted(model));
    }

    private static int[] sizes(String text) {
        if (!text.matches("[1-9]\\d{0,8}(,[1-9]\\d{0,8}){0,2}")) {
            throw new JobException(
                    ExitCode.CONFIGURATION,
                    "Cannot understand '--input %s': expected whole numbers from 1, as FEATURES, CHANNELS,HEIGHT,WIDTH or FEATURES,STEPS"
                            .formatted(text));
        }
        return Arrays.stream(text.split(",")).mapToInt(Integer::parseInt).toArray();
    }
}
