package io.halfspace.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** For a fixed number of shards, the number of executors must not show in a single bit of the result. */
final class SameBitsTest {
    @TempDir
    private Path parent;

    @Test
    void oneThreadTwoThreadsAndTwoExecutorProcesses_giveTheSameModel() throws Exception {
        float[] one = parameters("one", "local[1]");
        float[] two = parameters("two", "local[2]");
        float[] processes = onExecutorsWithTheShippedJars("processes", "local-cluster[2,1,1024]");

        assertThat(two).containsExactly(one);
        assertThat(processes).containsExactly(one);
    }

    /** Executors get the jars of the package phase, as on a real cluster, not the classes of this build. */
    private float[] onExecutorsWithTheShippedJars(String name, String master) throws IOException {
        Path shipped = Commands.REPOSITORY.resolve("spark-job/target/halfspace");
        System.setProperty("spark.executor.extraClassPath", shipped + "/halfspace.jar:" + shipped + "/lib/*");
        try {
            return parameters(name, master);
        } finally {
            System.clearProperty("spark.executor.extraClassPath");
        }
    }

    private float[] parameters(String name, String master) throws IOException {
        Path folder = parent.resolve(name);
        Commands run = Commands.run(
                "compress",
                Commands.DIGITS_JOB.toString(),
                "--out",
                folder.toString(),
                "--set",
                "training.epochs=2",
                "--set",
                "training.baseline=false",
                "--set",
                "spark.master=" + master);
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(Files.list(folder).map(file -> file.getFileName().toString()))
                .contains("model.zip", "result.json", "normalizer.json", "job.yaml");
        return ComputationGraph.load(folder.resolve("model.zip").toFile(), false)
                .params()
                .toFloatVector();
    }
}
