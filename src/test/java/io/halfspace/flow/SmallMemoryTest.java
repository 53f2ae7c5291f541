package io.halfspace.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory that will not do is told before training, not found by a kill in the middle of it. */
final class SmallMemoryTest {
    private static final Path GROUPS = Path.of("/sys/fs/cgroup");

    @TempDir
    private Path parent;

    @Test
    void heapThatCannotHoldTheGradients_isRefusedBeforeTheDataIsRead() throws Exception {
        Path run = parent.resolve("run");

        String said = said(2, List.of(), run, "model=resnet18", "spark.shards=64", "data.train.path=nowhere.csv");

        assertThat(said)
                .containsPattern(
                        "Cannot train in the memory of the driver: found \\d+ MB of Java heap, expected at least [\\d.]+ GB for 11,1\\d\\d,\\d\\d\\d parameters in 64 shards; set spark.driver.memory \\(HALFSPACE_HEAP\\) to [\\d.]+ GB");
        assertThat(Commands.result(run).at("/exitCode").asInt()).isEqualTo(2);
    }

    @Test
    @Tag("slow")
    void containerSmallerThanTheHeap_isWarnedOf() throws Exception {
        Path group = group("900m");
        try {
            String said = said(
                    0,
                    List.of("sh", "-c", "echo $$ > " + group.resolve("cgroup.procs") + " && exec \"$@\"", "sh"),
                    parent.resolve("run"),
                    "training.epochs=1");

            assertThat(said)
                    .contains(
                            "warning   the driver may run out of memory: it has 900 MB of memory in all (with a heap of up to 7")
                    .contains("spark.driver.memoryOverhead or the container's limit");
        } finally {
            Files.delete(group);
        }
    }

    /** A control group with a limit of memory, of whichever version this machine has. */
    private static Path group(String limit) throws IOException {
        boolean first = Files.isDirectory(GROUPS.resolve("memory"));
        Path group = (first ? GROUPS.resolve("memory") : GROUPS)
                .resolve("halfspace-test-" + ProcessHandle.current().pid());
        boolean made;
        try {
            Files.createDirectory(group);
            Files.writeString(group.resolve(first ? "memory.limit_in_bytes" : "memory.max"), limit);
            made = true;
        } catch (IOException e) {
            Files.deleteIfExists(group);
            made = false;
        }
        assumeThat(made).as("not run as a user who may make a control group").isTrue();
        return group;
    }

    private static String said(int exitCode, List<String> before, Path run, String... settings) throws Exception {
        List<String> command = new ArrayList<>(before);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("--add-opens"))
                .forEach(command::add);
        command.addAll(List.of("-Xmx800m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.halfspace.spark.Main"));
        command.addAll(List.of("compress", Commands.DIGITS_JOB.toString(), "--out", run.toString()));
        List<String> all = new ArrayList<>(List.of("spark.master=local[2]", "training.baseline=false"));
        all.addAll(List.of(settings));
        all.forEach(setting -> command.addAll(List.of("--set", setting)));
        Path output = run.resolveSibling("log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        int ended = Drivers.end(process, output);
        String said = Files.readString(output);
        assertThat(ended).as(said).isEqualTo(exitCode);
        return said;
    }
}
