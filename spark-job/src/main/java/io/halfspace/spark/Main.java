package io.halfspace.spark;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/**
 * The command line: {@code compress}, {@code analyze}, {@code evaluate}.
 *
 * <p>Prints faults as one sentence on standard error (the whole stack with {@code HALFSPACE_DEBUG=1}) and ends with an
 * {@link ExitCode}; inside Databricks, where ending the process would end the notebook, it throws instead.
 */
@Command(
        name = "halfspace",
        description =
                "Trains a Deeplearning4j network once on Spark and hands back a smaller one that computes the same.",
        subcommands = {CompressCommand.class, AnalyzeCommand.class, EvaluateCommand.class},
        mixinStandardHelpOptions = true,
        versionProvider = Main.VersionLine.class,
        footer = {
            "",
            "Exit codes: 0 done, 2 configuration, 3 data, 4 diverged or check failed, 5 unsupported model, 75 try again,",
            "143 asked to end (the last step is kept)."
        })
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        int code = run(arguments);
        if (System.getenv("DATABRICKS_RUNTIME_VERSION") != null) {
            if (code != ExitCode.OK.number()) {
                throw new IllegalStateException("Halfspace ended with exit code " + code);
            }
            return;
        }
        System.exit(code);
    }

    /** Runs one command line and returns its exit code; for callers that must not lose their JVM. */
    public static int run(String... arguments) {
        CommandLine line = new CommandLine(new Main());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setParameterExceptionHandler(Main::misunderstood);
        line.setExecutionExceptionHandler((failure, command, parsed) -> explain(failure, command));
        try {
            return line.execute(arguments);
        } catch (Error e) {
            // Out of memory, or a class or native library that is missing: a sentence and an exit code all the same.
            return explain(e, line);
        }
    }

    private static int misunderstood(ParameterException fault, String[] arguments) {
        CommandLine line = fault.getCommandLine();
        line.getErr()
                .println("Cannot understand the command line: %s; see '%s --help'"
                        .formatted(
                                Secrets.known().hide(Failures.firstLine(fault)),
                                line.getCommandSpec().qualifiedName()));
        return ExitCode.CONFIGURATION.number();
    }

    /** Says what went wrong and gives the exit code. */
    static int explain(Throwable failure, CommandLine line) {
        JobException explained = Failures.explain(failure);
        line.getErr().println(explained.getMessage());
        if ("1".equals(System.getenv("HALFSPACE_DEBUG"))) {
            StringWriter trace = new StringWriter();
            failure.printStackTrace(new PrintWriter(trace));
            line.getErr().print(Secrets.known().hide(trace.toString()));
        }
        return explained.exitCode().number();
    }

    /** The line that {@code --version} prints. */
    static final class VersionLine implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"halfspace " + Version.HALFSPACE + " (Deeplearning4j " + Version.DL4J + ")"};
        }
    }
}
