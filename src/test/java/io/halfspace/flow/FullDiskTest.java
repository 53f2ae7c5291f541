package io.halfspace.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks that are full or cannot be written: one sentence that says what to do, and what was written before stays whole. */
final class FullDiskTest {
    @TempDir
    private Path parent;

    @Test
    void diskThatFillsUp_keepsTheLastCheckpoint_andTheRunGoesOnOnceThereIsRoom() throws Exception {
        // Room for the first checkpoint, not for the second.
        try (Disk disk = Disk.of(parent.resolve("disk"), "400k")) {
            Path run = disk.place.resolve("run");

            Commands full = compress(run);

            assertThat(full.err())
                    .containsPattern(
                            "^Cannot write a checkpoint after step \\d+: .*No space left on device, free space there .*; the last one is file:")
                    .contains("the same command goes on from there");
            assertThat(full.exitCode()).isEqualTo(75);
            assertThat(Commands.checkpointed(run)).isPositive();
            assertThat(Commands.result(run).at("/error").asText())
                    .as("there is room for the report, because the failed checkpoint left")
                    .isEqualTo(full.err().strip());

            disk.remount("size=20m");
            Commands again = compress(run);

            assertThat(again.exitCode()).as(again.err()).isZero();
            assertThat(Commands.result(run).at("/resumed/0/step").asInt()).isPositive();
        }
    }

    @Test
    void diskThatIsReadOnly_isNamedBeforeAnythingIsTrained() throws Exception {
        try (Disk disk = Disk.of(parent.resolve("disk"), "400k")) {
            disk.remount("ro");

            Commands run = compress(disk.place.resolve("run"));

            assertThat(run.err())
                    .contains("Cannot write to '", "(read-only, or not permitted), name a folder that can be written");
            assertThat(run.exitCode()).isEqualTo(2);
        }
    }

    @Test
    void foldersForNativeLibrariesThatCannotBeWritten_areNamed() throws Exception {
        Path file = Files.createFile(parent.resolve("file"));
        Path output = parent.resolve("log");
        List<String> arguments = List.of("analyze", "digits");

        int exitCode = Drivers.end(
                ownProcess(
                        output,
                        List.of(
                                "-Dorg.bytedeco.javacpp.cachedir=" + file.resolve("cache"),
                                "-Djava.io.tmpdir=" + file.resolve("tmp")),
                        arguments),
                output);

        assertThat(Files.readString(output))
                .containsPattern("Cannot unpack native libraries into '.*file/tmp' on host .*: .*; name a folder");
        assertThat(exitCode).isEqualTo(75);
    }

    @Test
    @SuppressWarnings("try")
    void folderOfSparkThatCannotBeWritten_isNamed() throws Exception {
        Path file = Files.createFile(parent.resolve("file"));
        try (ShippedJars settings = new ShippedJars()) {
            settings.set("spark.local.dir", file + "/a," + file);

            Commands run = compress(parent.resolve("run"));

            assertThat(run.err())
                    .startsWith("Cannot open Spark: it needs a folder for files of its own, and none can be made in '"
                            + file)
                    .contains("spark.local.dir");
            assertThat(run.exitCode()).isEqualTo(75);
        }
    }

    private static Process ownProcess(Path output, List<String> flags, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1"));
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.halfspace.spark.Main"));
        command.addAll(arguments);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    private static Commands compress(Path run) {
        return Commands.run(
                "compress",
                Commands.DIGITS_JOB.toString(),
                "--out",
                run.toString(),
                "--set",
                "training.epochs=2",
                "--set",
                "training.baseline=false",
                "--set",
                "checkpoint.every=10 steps",
                "--set",
                "spark.master=local[2]");
    }

    /** A disk in memory, for those who may mount one. */
    private static final class Disk implements AutoCloseable {
        private final Path place;

        private Disk(Path place) {
            this.place = place;
        }

        static Disk of(Path place, String size) throws IOException {
            Files.createDirectories(place);
            assumeThat(succeeds("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", place.toString()))
                    .as("not run as a user who may mount a disk")
                    .isTrue();
            return new Disk(place);
        }

        void remount(String options) throws IOException {
            assertThat(succeeds("mount", "-o", "remount," + options, place.toString()))
                    .isTrue();
        }

        @Override
        public void close() throws IOException {
            assertThat(succeeds("umount", "-l", place.toString())).isTrue();
        }

        private static boolean succeeds(String... command) throws IOException {
            try {
                Process process =
                        new ProcessBuilder(command).redirectErrorStream(true).start();
                String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                System.out.print(said);
                return process.onExit().join().exitValue() == 0;
            } catch (IOException e) {
                return false;
            }
        }
    }
}
