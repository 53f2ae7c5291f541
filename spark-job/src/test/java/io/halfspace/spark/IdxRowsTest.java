package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdxRowsTest {
    private static final int ROWS = 41;

    @TempDir
    Path folder;

    private final byte[] pixels = DataFiles.randomBytes(ROWS * 6, 1);
    private final byte[] labels = new byte[ROWS];

    @BeforeEach
    void numberTheRows() {
        for (int i = 0; i < ROWS; i++) {
            labels[i] = (byte) (i % 3);
        }
    }

    private DataPart part(byte[] features, byte[] classes, String suffix) throws IOException {
        return new DataPart(
                DataFiles.write(folder.resolve("images" + suffix), features),
                DataFiles.write(folder.resolve("labels" + suffix), classes),
                "",
                0,
                Long.MAX_VALUE,
                0);
    }

    private DataPart good(String suffix) throws IOException {
        return part(DataFiles.idx(pixels, ROWS, 2, 3), DataFiles.idx(labels, ROWS), suffix);
    }

    private static TrainingData load(DataPart part) {
        return TrainingData.load(
                LocalSpark.session(), DataFiles.config(DataFormat.IDX, part, new int[] {1, 2, 3}, 3), 4, 11);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".gz"})
    void everyRowIsInOneShard(String suffix) throws IOException {
        try (TrainingData data = load(good(suffix))) {
            List<Shard> shards = data.train().collect();
            assertThat(shards).extracting(Shard::index).containsExactly(0, 1, 2, 3);
            assertThat(shards).extracting(Shard::rows).containsExactly(11, 10, 10, 10);
            assertThat(data.trainShardRows()).containsExactly(11, 10, 10, 10);
            assertThat(data.classNames()).containsExactly("0", "1", "2");
            boolean[] seen = new boolean[ROWS];
            for (Shard shard : shards) {
                for (int row = 0; row < shard.rows(); row++) {
                    int id = (int) shard.rowId(row);
                    assertThat(seen[id]).isFalse();
                    seen[id] = true;
                    assertThat(shard.label(row)).isEqualTo(id % 3);
                    for (int i = 0; i < 6; i++) {
                        assertThat(shard.raw(row, i)).isEqualTo(pixels[6 * id + i] & 0xff);
                    }
                }
            }
        }
    }

    @Test
    void compressedAndPlainFilesAreTheSameData() throws IOException {
        try (TrainingData plain = load(good(""));
                TrainingData compressed = load(good(".gz"))) {
            assertThat(DataFiles.described(compressed)).isEqualTo(DataFiles.described(plain));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".gz"})
    void rangesTakeTheirRowsOnly(String suffix) throws IOException {
        DataPart all = good(suffix);
        DataPart train = new DataPart(all.path(), all.labels(), "", 5, 25, 0);
        DataPart test = new DataPart(all.path(), all.labels(), "", 25, Long.MAX_VALUE, 0);
        DataConfig config =
                DataFiles.config(DataFormat.IDX, train, DataPart.NONE, test, new int[] {6}, 3, Normalization.SCALE);
        try (TrainingData data = TrainingData.load(LocalSpark.session(), config, 3, 1)) {
            assertThat(data.trainRows()).isEqualTo(20);
            assertThat(data.testRows()).isEqualTo(16);
            assertThat(data.validation()).isEmpty();
            assertThat(ids(data.train().collect())).isEqualTo(range(5, 25));
            assertThat(ids(data.test().orElseThrow().collect())).isEqualTo(range(25, 41));
            assertThat(data.normalizer()).isEqualTo(Normalizer.uniform(Normalization.SCALE, 6, 255));
        }
    }

    static long[] ids(List<Shard> shards) {
        return shards.stream()
                .flatMapToLong(shard -> IntStream.range(0, shard.rows()).mapToLong(shard::rowId))
                .sorted()
                .toArray();
    }

    static long[] range(int from, int to) {
        return LongStream.range(from, to).toArray();
    }

    @Test
    void fractionsNeverShareARow() throws IOException {
        DataConfig config = DataFiles.config(
                DataFormat.IDX,
                good(""),
                DataPart.ofTrain(0.25),
                DataPart.ofTrain(0.05),
                new int[] {6},
                3,
                Normalization.STANDARDIZE);
        try (TrainingData data = TrainingData.load(LocalSpark.session(), config, 3, 1)) {
            assertThat(data.trainRows()).isEqualTo(29);
            assertThat(data.validationRows()).isEqualTo(10);
            assertThat(data.testRows()).isEqualTo(2);
            // The last of three shards stays without a row.
            assertThat(data.test().orElseThrow().collect())
                    .extracting(Shard::rows)
                    .containsExactly(1, 1, 0);
            long[] all = Stream.of(
                            data.train(),
                            data.validation().orElseThrow(),
                            data.test().orElseThrow())
                    .flatMapToLong(part -> Arrays.stream(ids(part.collect())))
                    .sorted()
                    .toArray();
            assertThat(all).isEqualTo(range(0, ROWS));
        }
    }

    private static void assertFault(DataPart part, String message) {
        assertThatThrownBy(() -> load(part))
                .isInstanceOfSatisfying(
                        JobException.class,
                        fault -> assertThat(fault.exitCode()).isEqualTo(ExitCode.DATA))
                .hasMessageMatching(message);
        assertThat(LocalSpark.persisted()).isZero();
    }

    @Test
    void faultsAreOneSentence() throws IOException {
        byte[] images = DataFiles.idx(pixels, ROWS, 2, 3);
        byte[] classes = DataFiles.idx(labels, ROWS);
        assertFault(
                DataPart.of(folder.resolve("none").toUri().toString()),
                "Cannot read .*none: found no IDX file of labels.*");
        DataPart good = good("");
        assertFault(
                new DataPart(good.path() + "x", good.labels(), "", 0, Long.MAX_VALUE, 0),
                "Cannot read .*imagesx: found no such file or folder");
        assertFault(
                new DataPart(good.path(), good.labels(), "", 0, 42, 0),
                "Cannot take rows 0 to 42 of .*images: found 41 rows, expected a range inside them");
        assertFault(
                new DataPart(good.path(), good.labels(), "", 0, 3, 0),
                "Cannot cut 3 training rows into 4 shards: expected a row for each; use fewer shards");
        byte[] magic = images.clone();
        magic[2] = 13;
        assertFault(part(magic, classes, ""), "Cannot read .*images: found magic number 0x00000d03, expected .*");
        assertFault(
                part(Arrays.copyOf(images, images.length - 1), classes, ""),
                "Cannot read .*images: found 261 bytes, expected 262 \\(truncated\\?\\)");
        assertFault(
                part(Arrays.copyOf(images, images.length - 1), classes, ".gz"),
                "Cannot read .*images.gz: found the end of the file at or after row 40, .*");
        assertFault(
                part(Arrays.copyOf(images, 9), classes, ".gz"),
                "Cannot read .*: found the end of the file inside the IDX header");
        assertFault(
                part(images, DataFiles.idx(new byte[40], 40), ""),
                "Cannot join .* and .*: found 41 rows and labels of shape \\[40\\], expected \\[41\\]");
        assertFault(
                part(DataFiles.idx(pixels, ROWS, 3, 2), classes, ""),
                "Cannot read .*: found rows of shape \\[3, 2\\], expected \\[1, 2, 3\\]");
        assertFault(
                part(DataFiles.idx(new byte[0], 0, 2, 3), DataFiles.idx(new byte[0], 0), ""),
                "Cannot read .*: found no rows, expected at least 1");
        labels[17] = 3;
        assertFault(
                part(images, DataFiles.idx(labels, ROWS), ""),
                "Cannot use the label of row 17 of .*labels: found 3, expected 0 to 2; .*");
    }

    @Test
    void aDamagedArchiveIsAFaultOfTheData() throws IOException {
        DataPart part = good(".gz");
        Path file = folder.resolve("images.gz");
        byte[] content = java.nio.file.Files.readAllBytes(file);
        java.nio.file.Files.write(file, Arrays.copyOf(content, content.length - 30));
        assertFault(part, "Cannot read .*images.gz: .*");
    }
}
