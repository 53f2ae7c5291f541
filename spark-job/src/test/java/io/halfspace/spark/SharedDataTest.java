package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The real data sets, where they are at hand: the folder of {@code -Dhalfspace.shared=...}, of the environment variable
 * {@code HALFSPACE_SHARED}, or {@code shared/data} beside the repository.
 */
@Tag("shared-data")
class SharedDataTest {
    private static String shared(String name) {
        String folder = System.getProperty("halfspace.shared", System.getenv("HALFSPACE_SHARED"));
        List<Path> places = folder == null
                ? List.of(Path.of("../../shared/data"), Path.of("../../../shared/data"))
                : List.of(Path.of(folder));
        Path file = places.stream()
                .map(place -> place.resolve(name).toAbsolutePath().normalize())
                .filter(java.nio.file.Files::exists)
                .findFirst()
                .orElse(Path.of(""));
        assumeTrue(
                !file.toString().isEmpty(),
                () -> "skipped: no %s below %s; set -Dhalfspace.shared to the folder of the data"
                        .formatted(name, places));
        return file.toUri().toString();
    }

    @Test
    void cifar10() {
        String archive = shared("cifar10/cifar10-jpeg.tar.gz");
        DataConfig config = DataFiles.config(
                DataFormat.IMAGES,
                new DataPart(archive, "", "train", 0, Long.MAX_VALUE, 0),
                DataPart.NONE,
                new DataPart(archive, "", "test", 0, Long.MAX_VALUE, 0),
                new int[] {3, 32, 32},
                10,
                Normalization.STANDARDIZE);
        long start = System.nanoTime();
        try (TrainingData data = TrainingData.load(LocalSpark.session(), config, 8, 1)) {
            System.out.printf("CIFAR-10 loaded in %.1f s%n", (System.nanoTime() - start) / 1e9);
            assertThat(data.trainRows()).isEqualTo(50_000);
            assertThat(data.testRows()).isEqualTo(10_000);
            assertThat(data.classNames())
                    .startsWith("airplane", "automobile", "bird")
                    .endsWith("truck");
            assertThat(classCounts(data.train().collect(), 10)).containsOnly(5000);
            assertThat(classCounts(data.test().orElseThrow().collect(), 10)).containsOnly(1000);
            // The well-known statistics of CIFAR-10, in bytes.
            assertThat(data.normalizer().offset())
                    .usingComparatorWithPrecision(1f)
                    .containsExactly(125.3f, 123f, 113.9f);
            assertThat(data.normalizer().scale())
                    .usingComparatorWithPrecision(1f)
                    .containsExactly(63f, 62.1f, 66.7f);
            Shard shard = data.train().first();
            for (int epoch = 0; epoch < 5; epoch++) {
                start = System.nanoTime();
                int steps = 0;
                for (; steps * 128 < shard.rows(); steps++) {
                    shard.minibatch(data.normalizer(), new Augmentation(4, true), 1, epoch, steps, 128);
                }
                double micros = (System.nanoTime() - start) / 1e3 / steps;
                System.out.printf("%d minibatches of 128 augmented images: %.0f us each%n", steps, micros);
            }
        }
    }

    @Test
    void mnist() {
        String images = shared("mnist/t10k-images-idx3-ubyte.gz");
        String labels = shared("mnist/t10k-labels-idx1-ubyte.gz");
        DataConfig config = DataFiles.config(
                DataFormat.IDX,
                new DataPart(images, labels, "", 0, 8000, 0),
                DataPart.NONE,
                new DataPart(images, labels, "", 8000, 10000, 0),
                new int[] {1, 28, 28},
                10,
                Normalization.STANDARDIZE);
        try (TrainingData data = TrainingData.load(LocalSpark.session(), config, 4, 1)) {
            assertThat(data.trainRows()).isEqualTo(8000);
            assertThat(data.testRows()).isEqualTo(2000);
            assertThat(data.normalizer().offset()[0]).isBetween(32f, 35f);
            assertThat(data.normalizer().scale()[0]).isBetween(77f, 81f);
        }
    }

    /** Ships with the project, so this one always runs. */
    @Test
    void digits() {
        String path = Path.of("../examples/data/digits.csv.gz")
                .toAbsolutePath()
                .normalize()
                .toUri()
                .toString();
        DataConfig config = DataFiles.config(
                DataFormat.CSV,
                DataPart.of(path),
                DataPart.NONE,
                DataPart.ofTrain(0.2),
                new int[] {1, 8, 8},
                10,
                Normalization.SCALE);
        try (TrainingData data = TrainingData.load(LocalSpark.session(), config, 4, 1)) {
            assertThat(data.trainRows()).isEqualTo(1438);
            assertThat(data.testRows()).isEqualTo(359);
            assertThat(data.normalizer().offset()).containsExactly(0);
            assertThat(data.normalizer().scale()).containsExactly(16);
            int[] counts = classCounts(data.train().collect(), 10);
            assertThat(Arrays.stream(counts).sum()).isEqualTo(1438);
            assertThat(Arrays.stream(counts)).allMatch(count -> count > 100);
        }
    }

    private static int[] classCounts(List<Shard> shards, int classes) {
        int[] counts = new int[classes];
        for (Shard shard : shards) {
            for (int row = 0; row < shard.rows(); row++) {
                counts[shard.label(row)]++;
            }
        }
        return counts;
    }
}
