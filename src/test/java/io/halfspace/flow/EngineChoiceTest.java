package io.halfspace.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which engine runs, and what a user is told, where libtorch or a GPU is not what it should be. */
final class EngineChoiceTest {
    private static final String NATIVES = "pytorch-.*-linux-x86_64\\.jar";

    @TempDir
    private Path folder;

    @Test
    void missingNatives_fallBackWithASentence() throws Exception {
        Ended run = inOwnProcess(List.of(), "--set", "training.epochs=1");

        assertThat(run.exitCode).as(run.output).isZero();
        assertThat(run.output).contains("engine    dl4j on cpu", "not libtorch: its natives are not on the class path");
        JsonNode engine = Commands.result(folder.resolve("out")).get("engine");
        assertThat(engine.get("name").asText()).isEqualTo("dl4j");
        assertThat(engine.get("reason").asText()).contains("natives are not on the class path");
    }

    /** Without its result the run is one that was cut off after its last step. */
    @Test
    void runThatGoesOn_keepsItsEngine() throws Exception {
        inOwnProcess(List.of(), "--set", "training.epochs=1");
        byte[] model = Files.readAllBytes(folder.resolve("out/model.zip"));
        Files.delete(folder.resolve("out/result.json"));

        Commands goesOn = inThisProcess("auto");

        assertThat(goesOn.exitCode()).as(goesOn.err()).isZero();
        assertThat(goesOn.out()).contains("engine    dl4j on cpu").contains("the run began with it");
        assertThat(folder.resolve("out/model.zip")).hasBinaryContent(model);

        Files.delete(folder.resolve("out/result.json"));
        assertThat(inThisProcess("force", "--set", "engine=torch").out()).contains("engine    torch on cpu");
    }

    @Test
    @Tag("slow")
    void runThatGoesOnWithoutItsEngine_isRefused() throws Exception {
        assertThat(inThisProcess("auto").out()).contains("engine    torch on cpu");
        Files.delete(folder.resolve("out/result.json"));

        Ended goesOn = inOwnProcess(List.of(), "--set", "training.epochs=1");

        assertThat(goesOn.exitCode).as(goesOn.output).isEqualTo(5);
        assertThat(goesOn.output)
                .contains(
                        "Cannot go on with engine torch on cpu, which the run began with: its natives are not on the");
    }

    @Test
    void missingNatives_endAForcedRun() throws Exception {
        Ended run = inOwnProcess(List.of(), "--set", "engine=torch");

        assertThat(run.exitCode).as(run.output).isEqualTo(5);
        assertThat(run.output).contains("Cannot use engine torch: its natives are not on the class path");
    }

    /** The real library, except that it asks for a version of the C library that there will not be for long. */
    @Test
    @Tag("slow")
    void tooOldCLibrary_endsAForcedRun() throws Exception {
        Path natives = folder.resolve("natives/org/bytedeco/pytorch/linux-x86_64");
        Files.createDirectories(natives);
        String jar = classPath().stream()
                .filter(each -> each.matches(".*" + NATIVES))
                .findFirst()
                .orElseThrow();
        try (var files = java.nio.file.FileSystems.newFileSystem(Path.of(jar))) {
            Path inside = files.getPath("org/bytedeco/pytorch/linux-x86_64");
            byte[] library = Files.readAllBytes(inside.resolve("libc10.so"));
            String text = new String(library, StandardCharsets.ISO_8859_1);
            Files.write(
                    natives.resolve("libc10.so"),
                    text.replace("GLIBC_2.14", "GLIBC_9.14").getBytes(StandardCharsets.ISO_8859_1));
            for (String name : List.of("libjnitorch.so", "libtorch.so", "libtorch_cpu.so", "libgomp.so.1")) {
                try (InputStream in = Files.newInputStream(inside.resolve(name))) {
                    Files.copy(in, natives.resolve(name));
                }
            }
        }

        Ended run = inOwnProcess(List.of(folder.resolve("natives").toString()), "--set", "engine=torch");

        assertThat(run.exitCode).as(run.output).isEqualTo(5);
        assertThat(run.output).contains("Cannot use engine torch: its natives need a C library with GLIBC_9.14");
    }

    @Test
    void gpuOfTheTask_reachesTheEngineOnTheExecutor() throws Exception {
        Path discovery = folder.resolve("discovery.sh");
        Files.writeString(discovery, "#!/bin/sh\necho '{\"name\":\"gpu\",\"addresses\":[\"3\"]}'\n");
        Files.setPosixFilePermissions(discovery, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (ShippedJars jars = new ShippedJars()) {
            jars.set("spark.worker.resource.gpu.amount", "1")
                    .set("spark.worker.resource.gpu.discoveryScript", discovery.toString())
                    .set("spark.executor.resource.gpu.amount", "1")
                    .set("spark.task.resource.gpu.amount", "1")
                    .set("spark.task.maxFailures", "1");

            Commands run = Commands.run(
                    "compress",
                    Commands.DIGITS_JOB.toString(),
                    "--out",
                    folder.resolve("out").toString(),
                    "--set",
                    "spark.master=local-cluster[1,1,1024]");

            // The build's libtorch is the CPU's: Spark's GPU was found, given to the task and refused by the executor.
            assertThat(run.out()).contains("engine    torch on gpu");
            assertThat(run.exitCode()).isEqualTo(5);
            assertThat(run.err())
                    .contains("Cannot use engine torch on GPU 3 of host ")
                    .contains("this is libtorch's CPU build");
        }
    }

    @Test
    void gpuWithoutOne_isRefused() {
        Commands run = Commands.run(
                "compress",
                Commands.DIGITS_JOB.toString(),
                "--out",
                folder.resolve("out").toString(),
                "--set",
                "device=gpu",
                "--set",
                "spark.master=local[1]");

        assertThat(run.exitCode()).isEqualTo(5);
        assertThat(run.err())
                .contains("Cannot use engine torch on GPU 0 of host ")
                .contains("set device: cpu");
    }

    /** As {@link #inOwnProcess}, with libtorch. */
    private Commands inThisProcess(String resume, String... settings) {
        List<String> arguments =
                new ArrayList<>(List.of("compress", Commands.DIGITS_JOB.toString(), "--resume", resume));
        arguments.addAll(List.of("--out", folder.resolve("out").toString(), "--set", "training.epochs=1"));
        arguments.addAll(List.of("--set", "training.baseline=false", "--set", "spark.master=local[2]"));
        arguments.addAll(List.of(settings));
        return Commands.run(arguments.toArray(String[]::new));
    }

    private record Ended(int exitCode, String output) {}

    private static List<String> classPath() {
        return Arrays.asList(System.getProperty("java.class.path").split(File.pathSeparator));
    }

    /** The digits job in a process without libtorch's natives, but with what is put in their place. */
    private Ended inOwnProcess(List<String> instead, String... settings) throws IOException, InterruptedException {
        List<String> path = new ArrayList<>(instead);
        classPath().stream().filter(each -> !each.matches(".*" + NATIVES)).forEach(path::add);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx1g");
        java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(each -> each.startsWith("--add-opens"))
                .forEach(command::add);
        command.add("-Dorg.bytedeco.javacpp.cachedir=" + folder.resolve("cache"));
        command.addAll(List.of("-cp", path.stream().collect(Collectors.joining(File.pathSeparator))));
        command.addAll(List.of("io.halfspace.spark.Main", "compress", Commands.DIGITS_JOB.toString()));
        command.addAll(List.of("--out", folder.resolve("out").toString()));
        command.addAll(List.of("--set", "training.baseline=false", "--set", "spark.master=local[2]"));
        command.addAll(List.of(settings));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), output);
    }
}
