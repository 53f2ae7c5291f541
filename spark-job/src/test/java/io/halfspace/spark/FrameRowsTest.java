package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrameRowsTest {
    @TempDir
    Path folder;

    private static DataConfig config(int... shape) {
        return DataFiles.config(DataFormat.PARQUET, DataPart.NONE, shape, 2);
    }

    private static Dataset<Row> frame(DataType label, DataType features, Object... cells) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < cells.length; i += 2) {
            rows.add(RowFactory.create(cells[i], cells[i + 1]));
        }
        StructType schema = new StructType().add("label", label).add("features", features);
        return LocalSpark.session().createDataFrame(rows, schema);
    }

    private static Dataset<Row> numbers(int rows, boolean names) {
        Object[] cells = new Object[2 * rows];
        for (int i = 0; i < rows; i++) {
            cells[2 * i] = names ? (Object) (i % 2 == 0 ? "zebra" : "ape") : (Object) (double) (i % 2);
            cells[2 * i + 1] = Vectors.dense(i % 20, -i % 20);
        }
        return frame(names ? DataTypes.StringType : DataTypes.DoubleType, SQLDataTypes.VectorType(), cells);
    }

    @Test
    void rowsDoNotDependOnTheOrderOfTheFrame() {
        Dataset<Row> frame = numbers(60, true);
        DataConfig config = DataFiles.config(
                DataFormat.PARQUET,
                DataPart.NONE,
                DataPart.ofTrain(0.2),
                DataPart.NONE,
                new int[] {2},
                2,
                Normalization.STANDARDIZE);
        try (TrainingData data = TrainingData.of(frame.repartition(1), config, 3, 4);
                TrainingData other = TrainingData.of(frame.orderBy("features").repartition(7), config, 3, 4)) {
            assertThat(data.classNames()).containsExactly("ape", "zebra");
            assertThat(data.trainRows()).isEqualTo(48);
            assertThat(data.validationRows()).isEqualTo(12);
            assertThat(DataFiles.described(other)).isEqualTo(DataFiles.described(data));
        }
        assertThat(LocalSpark.persisted()).isZero();
    }

    @Test
    void allColumnTypesGiveTheSameValues() {
        List<Dataset<Row>> frames = List.of(
                frame(
                        DataTypes.DoubleType,
                        SQLDataTypes.VectorType(),
                        1.0,
                        Vectors.sparse(3, new int[] {1}, new double[] {5})),
                frame(DataTypes.IntegerType, SQLDataTypes.VectorType(), 1, Vectors.dense(0, 5, 0)),
                frame(DataTypes.LongType, DataTypes.createArrayType(DataTypes.FloatType), 1L, List.of(0f, 5f, 0f)),
                frame(DataTypes.FloatType, DataTypes.createArrayType(DataTypes.DoubleType), 1f, List.of(0d, 5d, 0d)),
                frame(
                        DataTypes.ShortType,
                        DataTypes.createArrayType(DataTypes.IntegerType),
                        (short) 1,
                        List.of(0, 5, 0)));
        for (Dataset<Row> frame : frames) {
            try (TrainingData data = TrainingData.of(frame, config(3), 1, 4)) {
                Shard shard = data.train().first();
                assertThat(shard.label(0)).isEqualTo(1);
                assertThat(shard.floats()).containsExactly(0, 5, 0);
            }
        }
    }

    @Test
    void imagesAreReadFromFilesAndFromSparksImageSource() throws IOException {
        String root = DataFiles.folder(folder, DataFiles.images("", 2, "cls=0", "cls=1"));
        Dataset<Row> files = LocalSpark.session()
                .read()
                .format("binaryFile")
                .option("recursiveFileLookup", "false")
                .load(root)
                .selectExpr("cls as label", "content as features");
        Dataset<Row> images =
                LocalSpark.session().read().format("image").load(root).selectExpr("cls as label", "image as features");
        try (TrainingData fromFolder = TrainingData.load(
                        LocalSpark.session(),
                        DataFiles.config(DataFormat.IMAGES, DataPart.of(root), new int[] {3, 4, 6}, 2),
                        1,
                        4);
                TrainingData fromFiles = TrainingData.of(files, config(3, 4, 6), 1, 4);
                TrainingData fromImages = TrainingData.of(images, config(3, 4, 6), 1, 4)) {
            assertThat(rows(fromFiles)).isEqualTo(rows(fromFolder));
            assertThat(rows(fromImages)).isEqualTo(rows(fromFolder));
        }
    }

    private static List<String> rows(TrainingData data) {
        List<String> rows = new ArrayList<>();
        Shard shard = data.train().first();
        for (int row = 0; row < shard.rows(); row++) {
            byte[] pixels = Arrays.copyOfRange(shard.bytes(), row * shard.width(), (row + 1) * shard.width());
            rows.add(shard.label(row) + Arrays.toString(pixels));
        }
        rows.sort(null);
        return rows;
    }

    @Test
    void parquetRowsFollowTheFiles() {
        Dataset<Row> frame = numbers(50, true).repartition(4);
        String path = folder.resolve("rows.parquet").toUri().toString();
        frame.write().parquet(path);
        DataPart test = new DataPart(path, "", "", 10, 20, 0);
        DataConfig config = DataFiles.config(
                DataFormat.PARQUET, DataPart.of(path), DataPart.NONE, test, new int[] {2}, 2, Normalization.SCALE);
        LocalSpark.session().conf().set("spark.sql.files.maxPartitionBytes", "128m");
        List<String> described;
        try (TrainingData data = TrainingData.load(LocalSpark.session(), config, 4, 4)) {
            assertThat(data.trainRows()).isEqualTo(50);
            assertThat(IdxRowsTest.ids(data.train().collect())).isEqualTo(IdxRowsTest.range(0, 50));
            assertThat(IdxRowsTest.ids(data.test().orElseThrow().collect())).isEqualTo(IdxRowsTest.range(10, 20));
            described = DataFiles.described(data);
        }
        LocalSpark.session().conf().set("spark.sql.files.maxPartitionBytes", "200");
        try (TrainingData data = TrainingData.load(LocalSpark.session(), config, 4, 4)) {
            assertThat(DataFiles.described(data)).isEqualTo(described);
        } finally {
            LocalSpark.session().conf().unset("spark.sql.files.maxPartitionBytes");
        }
    }

    @Test
    void parquetFaultsNameTheFileAndTheRow() {
        String path = folder.resolve("rows.parquet").toUri().toString();
        numbers(50, false).coalesce(1).write().parquet(path);
        assertParquetFault(path + "x", 2, "Cannot read .*rows.parquetx: found no such file or folder");
        assertParquetFault(path, 3, "Cannot use row 0 of .*parquet: found 2 values, expected 3");
        String other = folder.resolve("other.parquet").toUri().toString();
        numbers(5, false).withColumnRenamed("label", "y").write().parquet(other);
        assertParquetFault(
                other, 2, "Cannot use .*other.parquet: found columns \\[y, features\\], expected label among them");
    }

    private static void assertParquetFault(String path, int width, String message) {
        DataConfig config = DataFiles.config(DataFormat.PARQUET, DataPart.of(path), new int[] {width}, 2);
        assertThatThrownBy(() -> TrainingData.load(LocalSpark.session(), config, 1, 4))
                .isInstanceOf(JobException.class)
                .hasMessageMatching(message);
    }

    private static void assertFault(Dataset<Row> frame, DataConfig config, String message) {
        assertThatThrownBy(() -> TrainingData.of(frame, config, 1, 4))
                .isInstanceOfSatisfying(
                        JobException.class,
                        fault -> assertThat(fault.exitCode()).isEqualTo(ExitCode.DATA))
                .hasMessageMatching(message);
        assertThat(LocalSpark.persisted()).isZero();
    }

    @Test
    void faultsAreOneSentence() {
        DataType vector = SQLDataTypes.VectorType();
        assertFault(
                numbers(4, false).drop("label"),
                config(2),
                "Cannot use the data frame: found columns \\[features\\], expected label among them");
        assertFault(numbers(4, false), config(3), "Cannot use a row of the data frame: found 2 values, expected 3");
        assertFault(
                frame(DataTypes.IntegerType, vector, 2, Vectors.dense(1, 2)),
                config(2),
                "Cannot use the label of a row of the data frame: found 2, expected 0 to 1; .*");
        assertFault(
                frame(DataTypes.DoubleType, vector, 0.5, Vectors.dense(1, 2)),
                config(2),
                "Cannot use the label of a row of the data frame: found 0.5, expected a whole number");
        assertFault(
                frame(DataTypes.DoubleType, vector, 0.0, Vectors.dense(1, Double.NaN)),
                config(2),
                "Cannot use a row of the data frame: found NaN at 1 of column features, expected a finite number");
        assertFault(
                frame(DataTypes.DoubleType, vector, 0.0, null),
                config(2),
                "Cannot use a row of the data frame: found no value \\(null\\), expected a label and features");
        assertFault(
                frame(DataTypes.DoubleType, DataTypes.StringType, 0.0, "x"),
                config(2),
                "Cannot use column features of type string with row shape \\[2\\]: expected a vector, .*");
        assertFault(
                frame(DataTypes.BooleanType, vector, true, Vectors.dense(1, 2)),
                config(2),
                "Cannot use column label of type boolean as label: expected whole numbers or strings");
        assertFault(
                frame(DataTypes.StringType, vector, "a", Vectors.dense(1, 2)),
                config(2),
                "Cannot number the classes of the training rows: found 1 \\(a\\), expected 2");
        assertFault(
                frame(DataTypes.IntegerType, DataTypes.BinaryType, 1, new byte[] {1, 2, 3}),
                config(1, 2, 2),
                "Cannot decode a row of the data frame: .*");
        assertFault(
                numbers(4, false).limit(0),
                config(2),
                "Cannot read the data frame: found no rows, expected at least 1");
    }

    @Test
    void aGreyImageHasOneSample() {
        byte[] target = new byte[6];
        try (ImageDecoder decoder = new ImageDecoder(new int[] {3, 1, 2})) {
            decoder.interleaved(new byte[] {7, 8}, 2, 1, 1, "x", target);
        }
        assertThat(target).containsExactly(7, 8, 7, 8, 7, 8);
    }
}
