package io.halfspace.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** For a fixed number of shards, neither the number of executors nor encryption may show in a single bit of the result. */
final class SameBitsTest {
    @TempDir
    private Path parent;

    /** What a cluster's secret looks like: it must not show anywhere. */
    private static final String SECRET = "tell-nobody-8317";

    @ParameterizedTest
    @CsvSource({"dl4j, false", "torch, true"})
    void oneThreadTwoThreadsAndTwoExecutorProcesses_giveTheSameModel(String engine, boolean encrypted)
            throws Exception {
        float[] one = parameters("one", engine, "local[1]");
        float[] two = parameters("two", engine, "local[2]");
        float[] processes = onExecutorsWithTheShippedJars("processes", engine, encrypted);

        assertThat(two).containsExactly(one);
        assertThat(processes).containsExactly(one);
    }

    /** Executors get the jars of the package phase, as on a real cluster, not the classes of this build. */
    @SuppressWarnings("try")
    private float[] onExecutorsWithTheShippedJars(String name, String engine, boolean encrypted) throws IOException {
        try (ShippedJars jars = new ShippedJars()) {
            if (encrypted) {
                jars.set("spark.authenticate", "true")
                        .set("spark.authenticate.secret", SECRET)
                        .set("spark.network.crypto.enabled", "true")
                        .set("spark.io.encryption.enabled", "true")
                        .set("spark.hadoop.fs.s3a.secret.key", SECRET);
            }
            return parameters(name, engine, "local-cluster[2,1,1024]");
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
        assertThat(run.out() + run.err()).doesNotContain(SECRET);
        try (Stream<Path> written = Files.walk(folder).filter(Files::isRegularFile)) {
            assertThat(written)
                    .allSatisfy(file -> assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                            .doesNotContain(SECRET));
        }
        assertThat(Commands.result(folder).at("/engine/name").asText()).isEqualTo(engine);
        assertThat(Files.list(folder).map(file -> file.getFileName().toString()))
                .contains("model.zip", "result.json", "normalizer.json", "job.yaml");
        return ComputationGraph.load(folder.resolve("model.zip").toFile(), false)
                .params()
                .toFloatVector();
    }
}
