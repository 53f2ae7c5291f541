package io.halfspace.flow;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Drivers of Halfspace in processes of their own, which can be killed. */
final class Drivers {
    private Drivers() {}

    /** Starts the command line in a new process, with the class path and the flags of this one; it prints to a file. */
    static Process start(Path output, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("--add-opens") || flag.startsWith("-XX:") || flag.startsWith("-Dio."))
                .forEach(command::add);
        // Half of what a driver takes to begin training is compiling itself.
        command.addAll(List.of("-Xmx1g", "-XX:TieredStopAtLevel=1", "-Djdk.reflect.useDirectMethodHandle=false"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.halfspace.spark.Main"));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        return builder.start();
    }

    /** Waits for a driver to end by itself, at most five minutes; gives its exit code. */
    static int end(Process driver, Path output) throws IOException, InterruptedException {
        if (!driver.waitFor(5, TimeUnit.MINUTES)) {
            driver.destroyForcibly().waitFor();
            throw new AssertionError("a driver hangs: " + Files.readString(output));
        }
        return driver.exitValue();
    }

    /** Steps of the newest checkpoint of a run, 0 if there is none. */
    static long checkpointed(Path run) throws IOException {
        Path checkpoints = run.resolve("checkpoints/compress");
        if (!Files.isDirectory(checkpoints)) {
            return 0;
        }
        try (Stream<Path> places = Files.list(checkpoints)) {
            return places.filter(place -> Files.exists(place.resolve("manifest")))
                    .map(place -> place.getFileName().toString())
                    .filter(name -> name.matches("\\d{12}-.*"))
                    .mapToLong(name -> Long.parseLong(name.substring(0, 12)))
                    .max()
                    .orElse(0);
        }
    }
}
