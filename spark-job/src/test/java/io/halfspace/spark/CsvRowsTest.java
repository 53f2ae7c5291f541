package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvRowsTest {
    @TempDir
    Path folder;

    private String write(String name, String text) throws IOException {
        return DataFiles.write(folder.resolve(name), text.getBytes(StandardCharsets.UTF_8));
    }

    private static DataConfig config(String path, String label, Normalization normalization) {
        return new DataConfig(
                DataFormat.CSV,
                DataPart.of(path),
                DataPart.NONE,
                DataPart.NONE,
                new int[] {2},
                3,
                normalization,
                Augmentation.NONE,
                label,
                "");
    }

    private static TrainingData load(String path, String label) {
        return TrainingData.load(LocalSpark.session(), config(path, label, Normalization.NONE), 2, 5);
    }

    /** Rows as id, label and values, in the order of ids. */
    private static List<String> rows(TrainingData data) {
        List<String> rows = new ArrayList<>();
        for (Shard shard : data.train().collect()) {
            for (int i = 0; i < shard.rows(); i++) {
                rows.add("%04d:%d %s %s".formatted(shard.rowId(i), shard.label(i), shard.raw(i, 0), shard.raw(i, 1)));
            }
        }
        rows.sort(null);
        return rows;
    }

    @ParameterizedTest
    @CsvSource({
        "'1.5,-2,0\n3,4,1\n', last",
        "'1.5,-2,0\n3,4,1', 2",
        "'1.5 , -2, 0\r\n\r\n3,\"4\",1.0\r\n', last",
        "'\ufeff1.5,-2,0\n3,4,1\n', last",
        "'a,b,c\n1.5,-2,0\n3,4,1\n', last",
        "'a,c,b\n1.5,0,-2\n3,1,4\n', c",
        "'0,1.5,-2\n1,3,4\n', 0",
        "'\ufeff\"c\",a,b\n0,1.5,-2\n1,3,4\n', c"
    })
    void labelsAndValuesAreFoundWhereTheConfigurationSays(String text, String label) throws IOException {
        for (String name : List.of("rows.csv", "rows.csv.gz")) {
            try (TrainingData data = load(write(name, text), label)) {
                assertThat(rows(data)).containsExactly("0000:0 1.5 -2.0", "0001:1 3.0 4.0");
            }
        }
    }

    @Test
    void filesOfAFolderFollowTheirNamesAndMayRepeatTheHeader() throws IOException {
        write("set/b.csv", "x,y,z\n3,3,0\n4,4,1\n");
        write("set/a.csv.gz", "x,y,z\n1,1,0\n2,2,1\n");
        write("set/_SUCCESS", "no numbers");
        write("set/c.csv", "");
        try (TrainingData data = load(folder.resolve("set").toUri().toString(), "z")) {
            assertThat(rows(data))
                    .containsExactly("0000:0 1.0 1.0", "0001:1 2.0 2.0", "0002:0 3.0 3.0", "0003:1 4.0 4.0");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {60, 200, 2000})
    void rowsAndLineNumbersDoNotDependOnThePieces(long pieceBytes) throws IOException {
        StringBuilder text = new StringBuilder("a,b,label\n");
        for (int i = 0; i < 120; i++) {
            text.append(i % 7 == 0 ? "\n" : "").append("%d,%.2f,%d\n".formatted(i, i / 3.0, i % 3));
        }
        String good = write("good.csv", text.toString());
        String bad = write("bad.csv", text + "1,x,0\n");
        SparkSession spark = LocalSpark.session();
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        Files files = new Files(spark.sparkContext());

        DataConfig config = config(good, "label", Normalization.NONE);
        CsvRows source = new CsvRows(context, files, config, config.train(), pieceBytes);
        assertThat(source.rows()).isEqualTo(120);
        Cut cut = Cut.of(config.train(), source.rows(), 0);
        List<byte[]> rows = new ArrayList<>(source.read(cut).collect());
        assertThat(rows).hasSize(120);
        for (int i = 0; i < 120; i++) {
            assertThat(PackedRow.rowId(rows.get(i))).isEqualTo(i);
            assertThat(PackedRow.label(rows.get(i))).isEqualTo(i % 3);
            assertThat(Bytes.floatAt(rows.get(i), PackedRow.HEADER + 4))
                    .isEqualTo(Float.parseFloat("%.2f".formatted(i / 3.0)));
        }

        CsvRows faulty = new CsvRows(context, files, config, DataPart.of(bad), pieceBytes);
        int line = (text + "!").split("\n", -1).length;
        assertThatThrownBy(() ->
                        faulty.read(Cut.of(DataPart.of(bad), faulty.rows(), 0)).collect())
                .hasStackTraceContaining("Cannot read line %d, column 1 of %s: found \"x\", expected a number"
                        .formatted(
                                line,
                                folder.resolve("bad.csv").toUri().toString().replace("///", "/")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1,2,0\n33,44,1\n\n5,6,2\n", "1,2,0\r\n33,44,1\r\n\r\n5,6,2"})
    void everyLineIsInOnePieceWhereverItIsCut(String text) throws IOException {
        String path = write("rows.csv", text);
        Files files = new Files(LocalSpark.session().sparkContext());
        CsvHeader header = CsvHeader.read(files, path, "last", 2);
        for (int size = 1; size <= text.length(); size++) {
            long[] total = new long[2];
            for (long from = 0; from < text.length(); from += size) {
                long[] count = new CsvPiece(files, path, from, from + size, header).count();
                total[0] += count[0];
                total[1] += count[1];
            }
            assertThat(total).as("pieces of %d bytes", size).containsExactly(4, 3);
        }
    }

    @Test
    void featuresAreStandardisedOneByOneAndConstantsStay() throws IOException {
        String path = write("rows.csv", "1,7,0\n3,7,1\n5,7,2\n7,7,0\n");
        try (TrainingData data =
                TrainingData.load(LocalSpark.session(), config(path, "last", Normalization.STANDARDIZE), 3, 5)) {
            assertThat(data.normalizer().offset()).containsExactly(4, 7);
            assertThat(data.normalizer().scale()).containsExactly((float) Math.sqrt(5), 1);
        }
        try (TrainingData data =
                TrainingData.load(LocalSpark.session(), config(path, "last", Normalization.SCALE), 3, 5)) {
            assertThat(data.normalizer().offset()).containsExactly(1, 7);
            assertThat(data.normalizer().scale()).containsExactly(6, 1);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'1,2,0\n1,2\n' | last | Cannot read line 2 of %s: found 2 fields, expected 3",
                "'1,2,0\n1,2,0,4\n' | last | Cannot read line 2 of %s: found 4 fields, expected 3",
                "'1,2\n' | last | Cannot read line 1 of %s: found 2 fields, expected 3 .*",
                "'1,2,0\n\n1,NaN,0\n' | last | Cannot use line 3, column 1 of %s: found NaN, expected a finite number",
                "'1,2,0\n1e39,1,0\n' | last | Cannot use line 2, column 0 of %s: found Infinity, expected a finite number",
                "'1,2,0\n,1,0\n' | last | Cannot read line 2, column 0 of %s: found \"\", expected a number",
                "'1,x,0\n1,1,0\n' | last | Cannot read line 1, column 1 of %s: found \"x\", expected a number",
                "'1,2,0\n1,1,3\n' | last | Cannot use the label of line 2 of %s: found 3, expected 0 to 2; .*",
                "'1,2,0\n1,1,-1\n' | last | Cannot use the label of line 2 of %s: found -1, expected 0 to 2; .*",
                "'1,2,0\n1,1,0.5\n' | last | Cannot use the label of line 2 of %s: found 0.5, expected a whole number",
                "'1,2,0\n1,1,0\n' | 3 | Cannot find the label column of %s: found 3, expected 0 to 2, last, .*",
                "'a,b,c\n1,1,0\n' | d | Cannot find the label column of %s: found d, expected 0 to 2, last, .*",
                "'a,b,c\n' | last | Cannot read %s: found no rows, expected at least 1",
                "'\n' | last | Cannot read %s: found no rows, expected at least 1"
            })
    void faultsAreOneSentence(String text, String label, String message) throws IOException {
        String path = write("rows.csv", text);
        assertThatThrownBy(() -> load(path, label))
                .isInstanceOfSatisfying(
                        JobException.class,
                        fault -> assertThat(fault.exitCode()).isEqualTo(ExitCode.DATA))
                .hasMessageMatching(message.replace("%s", "file:[^:]*rows.csv"));
    }

    @Test
    void anEmptyFileAndAMissingOneAreFaults() throws IOException {
        String empty = write("rows.csv", "");
        assertThatThrownBy(() -> load(empty, "last")).hasMessageMatching("Cannot read .*: found no rows, .*");
        java.nio.file.Files.createDirectories(folder.resolve("set"));
        assertThatThrownBy(() -> load(folder.resolve("set").toString(), "last"))
                .hasMessageMatching("Cannot read .*set: found an empty folder, expected CSV files");
        assertThatThrownBy(() -> load(folder.resolve("none.csv").toString(), "last"))
                .hasMessageMatching("Cannot read .*none.csv: found no such file or folder");
        assertThatThrownBy(() -> load("nosuch://x/y", "last"))
                .isInstanceOf(JobException.class)
                .hasMessageContaining("nosuch")
                .hasMessageStartingWith("Cannot read nosuch://x/y: ");
    }
}
