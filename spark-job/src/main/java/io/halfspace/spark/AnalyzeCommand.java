package io.halfspace.spark;

import io.halfspace.dl4j.NetworkShape;
import io.halfspace.explain.Analysis;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.deeplearning4j.nn.conf.inputs.InputType;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code halfspace analyze MODEL|JOB}: what may leave the network, and why the rest may not. */
@Command(
        name = "analyze",
        description =
                "Tells for each layer whether channels of it can be pruned, or why not, whether it can be erased as a whole, and what it costs.",
        mixinStandardHelpOptions = true)
final class AnalyzeCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            paramLabel = "MODEL|JOB",
            description =
                    "Deeplearning4j zip, configuration JSON, Keras 2 model (HDF5), or a name: of a built-in network or, after zoo:, of one in Deeplearning4j's zoo; or a job file (.yaml, .yml), whose model is analysed as the job would prune it.")
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

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Overrides a key of the job file. May be repeated.")
    private List<String> settings = List.of();

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Also writes one self-contained HTML page with the network drawn.")
    private String page = "";

    @ArgGroup
    private Form form = new Form();

    /** How to print the answer. */
    private static final class Form {
        @Option(names = "--json", description = "Prints JSON for machines.")
        private boolean json;

        @Option(names = "--dot", description = "Prints a Graphviz drawing.")
        private boolean dot;
    }

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() {
        Secrets secrets = Secrets.known();
        secrets.refuseLocation("the command line", model);
        secrets.refuseLocation("--html", page);
        ExecutorNatives.prepare();
        Configuration hadoop = new Configuration();
        Network network = model.endsWith(".yaml") || model.endsWith(".yml") ? ofJob(hadoop) : ofModel(hadoop);
        Analysis analysis = Analysis.of(
                model,
                network.trace(),
                network.groups(),
                network.graph().getConfiguration().getDataType().width());
        if (!page.isEmpty()) {
            write(analysis.html(), hadoop);
        }
        System.out.println(form.json ? analysis.json() : form.dot ? analysis.dot() : analysis.table(width()));
        return ExitCode.OK.number();
    }

    private Network ofModel(Configuration hadoop) {
        if (!settings.isEmpty()) {
            throw new JobException(
                    ExitCode.CONFIGURATION,
                    "Cannot apply --set to '%s': it is a model, name a job file (.yaml)".formatted(model));
        }
        List<int[]> told = input.isEmpty()
                ? ModelSource.usualInput(model).stream().toList()
                : input.stream().map(AnalyzeCommand::sizes).toList();
        ModelSource source = ModelSource.load(
                model,
                told.isEmpty() ? new int[0] : told.get(0),
                classes.orElseGet(() -> ModelSource.usualClasses(model)),
                0,
                hadoop);
        InputType[] types =
                told.isEmpty() ? InputShape.of(source).orElseThrow(this::shapeUnknown) : InputShape.told(source, told);
        return Network.analyse(source.network(), types);
    }

    private Network ofJob(Configuration hadoop) {
        if (!input.isEmpty() || classes.isPresent()) {
            throw new JobException(
                    ExitCode.CONFIGURATION,
                    "Cannot analyse job file '%s' with --input or --classes: it says both itself, use --set to change them"
                            .formatted(model));
        }
        JobConfig config = JobConfig.of(JobFile.read(model, settings, hadoop));
        int[] shape = config.data().shape();
        ModelSource source = ModelSource.load(
                config.model(),
                shape,
                config.data().classes(),
                config.training().seed(),
                hadoop);
        NetworkShape.check(source.network(), shape, config.data().classes());
        return Network.analyse(source.network(), shape, config.layers());
    }

    private void write(String html, Configuration hadoop) {
        Path path = new Path(page);
        try (FileSystem files = FileSystem.newInstance(path.toUri(), hadoop)) {
            // Beside a page for people no file of check sums.
            files.setWriteChecksum(false);
            try (OutputStream out = files.create(path, true)) {
                out.write(html.getBytes(StandardCharsets.UTF_8));
            } catch (FSError e) {
                throw Remedy.failure(e);
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new JobException(
                    ExitCode.CONFIGURATION,
                    "Cannot write '%s': %s, name a file that can be written".formatted(page, e.getMessage()),
                    e);
        }
    }

    /** Characters a line of the terminal; no limit where the answer goes elsewhere. */
    private int width() {
        return System.console() == null
                ? 0
                : command.usageMessage().autoWidth(true).width();
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
