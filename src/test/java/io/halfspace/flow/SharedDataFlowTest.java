package io.halfspace.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The examples on real data sets that are not in the repository: the folder of {@code -Dhalfspace.shared=...}, of the
 * environment variable {@code HALFSPACE_SHARED}, or {@code shared/data} beside the repository.
 */
@Tag("slow")
@Tag("shared-data")
final class SharedDataFlowTest {
    @TempDir
    private Path parent;

    @Test
    void lenetOnMnist_keepsATenthOfItsParametersAndItsAccuracy() throws IOException {
        String images = shared("mnist/t10k-images-idx3-ubyte.gz");
        String labels = shared("mnist/t10k-labels-idx1-ubyte.gz");

        JsonNode result = compress(
                "mnist-lenet.yaml",
                "data.train.path=" + images,
                "data.train.labels=" + labels,
                "data.test.path=" + images,
                "data.test.labels=" + labels);

        assertThat(result.at("/compact/parameters").asDouble())
                .isLessThanOrEqualTo(0.1 * result.at("/dense/parameters").asDouble());
        assertThat(result.at("/compact/accuracy").asDouble())
                .isGreaterThanOrEqualTo(result.at("/dense/accuracy").asDouble() - 0.005);
    }

    @Test
    void resnet20OnCifar10_keepsHalfOfItsFlops() throws IOException {
        String archive = shared("cifar10/cifar10-jpeg.tar.gz");

        JsonNode result = compress(
                "cifar10-resnet20.yaml",
                "data.train.path=" + archive,
                "data.test.path=" + archive,
                "training.epochs=1",
                "training.baseline=false");

        assertThat(result.at("/compact/flops").asDouble())
                .isLessThanOrEqualTo(0.5 * result.at("/dense/flops").asDouble());
        assertThat(result.at("/compact/accuracy").asDouble()).isGreaterThan(0.3);
    }

    private JsonNode compress(String job, String... settings) throws IOException {
        Path folder = parent.resolve("run");
        List<String> arguments = new ArrayList<>(List.of(
                "compress",
                Commands.REPOSITORY.resolve("examples").resolve(job).toString(),
                "--out",
                folder.toString()));
        for (String setting : settings) {
            arguments.add("--set");
            arguments.add(setting);
        }
        Commands run = Commands.run(arguments.toArray(String[]::new));
        assertThat(run.exitCode()).as(run.err()).isZero();
        JsonNode result = Commands.result(folder);
        assertThat(result.at("/equality/passed").asBoolean()).isTrue();
        return result;
    }

    static String shared(String name) {
        String told = System.getProperty("halfspace.shared", System.getenv("HALFSPACE_SHARED"));
        Path folder = told == null ? Commands.REPOSITORY.resolve("../shared/data") : Path.of(told);
        Path file = folder.resolve(name).toAbsolutePath().normalize();
        assumeTrue(
                Files.exists(file),
                () -> "skipped: there is no %s; set -Dhalfspace.shared to the folder of the data".formatted(file));
        return file.toUri().toString();
    }
}
