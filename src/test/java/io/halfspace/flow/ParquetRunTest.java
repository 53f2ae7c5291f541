package io.halfspace.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows that Spark itself wrote, as most clusters keep them. */
final class ParquetRunTest {
    @TempDir
    private Path parent;

    @Test
    void rowsWrittenBySpark_areTrainedOn() throws Exception {
        Path rows = parent.resolve("rows.parquet");
        write(rows, 200);
        Path job = Files.writeString(parent.resolve("job.yaml"), """
                model: digits
                data:
                  format: parquet
                  shape: [1, 8, 8]
                  classes: 2
                  train: {path: rows.parquet}
                  test: {fraction: 0.2}
                training: {epochs: 2, batch: 32}
                target: {groups: 0.5}
                spark: {master: 'local[2]'}
                """);
        Path folder = parent.resolve("run");

        Commands run = Commands.run("compress", job.toString(), "--out", folder.toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(Commands.result(folder).at("/data/trainRows").asInt()).isEqualTo(160);
        assertThat(Commands.result(folder).at("/groups/zero").asInt()).isEqualTo(40);
    }

    /** The Spark that {@code ./halfspace} runs on is copied together by our own build. */
    @Test
    void theShippedSpark_canReadParquet() throws Exception {
        Path jars = Commands.REPOSITORY.resolve("spark-job/target/halfspace/spark/jars");
        try (URLClassLoader shipped = new URLClassLoader(urls(jars), ClassLoader.getPlatformClassLoader())) {
            assertThat(Class.forName("org.apache.parquet.hadoop.metadata.ParquetMetadata", true, shipped))
                    .isNotNull();
        }
    }

    private static URL[] urls(Path jars) throws IOException {
        List<URL> urls = new ArrayList<>();
        try (var files = Files.newDirectoryStream(jars, "*.jar")) {
            for (Path file : files) {
                urls.add(file.toUri().toURL());
            }
        }
        return urls.toArray(URL[]::new);
    }

    private static void write(Path file, int count) {
        Random random = new Random(3);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int label = i % 2;
            rows.add(RowFactory.create(
                    random.doubles(64).map(value -> value + label).toArray(), label));
        }
        StructType type = new StructType()
                .add("features", DataTypes.createArrayType(DataTypes.DoubleType))
                .add("label", DataTypes.IntegerType);
        try (SparkSession spark = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .getOrCreate()) {
            spark.createDataFrame(rows, type).write().parquet(file.toString());
        }
    }
}
