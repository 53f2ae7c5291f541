package io.halfspace.flow;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Drivers of Halfspace in processes of their own, which can be killed. */
final class Drivers {
    private Drivers() {}

    /**
     * Starts the command line in a new process, with the class path and the flags of this one.
     *
     * @param output file that it prints to, after what is there
     * @param flags more flags of the JVM
     * @param environment more of its environment
     * @param arguments the command line
     */
    static Process start(Path output, List<String> flags, Map<String, String> environment, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("--add-opens") || flag.startsWith("-XX:") || flag.startsWith("-Dio."))
                .forEach(command::add);
        // Half of what a driver takes to begin training is compiling itself.
        command.addAll(List.of("-Xmx1g", "-XX:TieredStopAtLevel=1", "-Djdk.reflect.useDirectMethodHandle=false"));
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.halfspace.spark.Main"));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        return builder.start();
    }

    /** Waits for a driver to end by itself, at most twenty minutes; gives its exit code. */
    static int end(Process driver, Path output) throws IOException, InterruptedException {
        if (!driver.waitFor(20, TimeUnit.MINUTES)) {
            driver.destroyForcibly().waitFor();
            throw new AssertionError("a driver hangs: " + Files.readString(output));
        }
        return driver.exitValue();
    }

    /** The executors that a driver on {@code local-cluster} has started and that live. */
    static List<ProcessHandle> executors(Process driver) {
        return driver.children()
                .filter(child -> child.info()
                        .command()
                        .filter(name -> name.endsWith("java"))
                        .isPresent())
                .filter(ProcessHandle::isAlive)
                .toList();
    }
}
