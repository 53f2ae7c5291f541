package io.halfspace.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** For a fixed number of shards, the number of executors must not show in a single bit of the result. */
final class SameBitsTest {
    @TempDir
    private Path parent;

    @ParameterizedTest
    @ValueSource(strings = {"dl4j", "torch"})
    void oneThreadTwoThreadsAndTwoExecutorProcesses_giveTheSameModel(String engine) throws Exception {
        float[] one = parameters("one", engine, "local[1]");
        float[] two = parameters("two", engine, "local[2]");
        float[] processes = onExecutorsWithTheShippedJars("processes", engine, "local-cluster[2,1,1024]");

        assertThat(two).containsExactly(one);
        assertThat(processes).containsExactly(one);
    }

    /** Executors get the jars of the package phase, as on a real cluster, not the classes of this build. */
    @SuppressWarnings("try")
    private float[] onExecutorsWithTheShippedJars(String name, String engine, String master) throws IOException {
        try (ShippedJars jars = new ShippedJars()) {
            return parameters(name, engine, master);
        }
    }

    private float[] parameters(String name, String engine, String master) throws IOException {
        Path folder = parent.resolve(name);
        Commands run = Commands.run(
                "compress",
                Commands.DIGITS_JOB.toString(),
                "--out",
                folder.toString(),
                "--set",
                "training.epochs=1",
                "--set",
                "training.baseline=false",
                "--set",
                "engine=" + engine,
                "--set",
                "spark.master=" + master);
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(Commands.result(folder).at("/engine/name").asText()).isEqualTo(engine);
        assertThat(Files.list(folder).map(file -> file.getFileName().toString()))
                .contains("model.zip", "result.json", "normalizer.json", "job.yaml");
        return ComputationGraph.load(folder.resolve("model.zip").toFile(), false)
                .params()
                .toFloatVector();
    }
}
