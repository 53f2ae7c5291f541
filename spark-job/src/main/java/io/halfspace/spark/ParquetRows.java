package io.halfspace.spark;

import static org.apache.spark.sql.functions.col;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Rows of Parquet files; a row's id counts rows through the files in the order of their paths. */
final class ParquetRows implements RowSource {
    private final Dataset<Row> frame;
    private final FrameColumns columns;
    /** Id of the first row of each file. */
    private final HashMap<String, Long> firstRow = new HashMap<>();

    private final long rows;

    ParquetRows(SparkSession spark, Files files, DataConfig config, DataPart part, List<String> training) {
        files.status(part.path());
        frame = select(spark, config, part.path());
        columns = new FrameColumns(frame, config, training);
        long total = 0;
        List<Row> counted = frame.groupBy("file").count().orderBy("file").collectAsList();
        for (Row file : counted) {
            firstRow.put(file.getString(0), total);
            total += file.getLong(1);
        }
        rows = total;
    }

    private static Dataset<Row> select(SparkSession spark, DataConfig config, String path) {
        Dataset<Row> read;
        try {
            read = spark.read().parquet(path);
        } catch (Exception e) {
            throw Files.unreadable(path, e);
        }
        return FrameRows.columns(read, config, path)
                .select(
                        col("label"),
                        col("features"),
                        col("_metadata.file_path").as("file"),
                        col("_metadata.row_index").as("row"));
    }

    @Override
    public long rows() {
        return rows;
    }

    @Override
    public PackedRow.Values values() {
        return columns.values();
    }

    @Override
    public List<String> classNames() {
        return columns.classNames();
    }

    @Override
    public JavaRDD<byte[]> read(Cut cut) {
        return frame.toJavaRDD().map(packer(columns, firstRow, cut)).filter(row -> row.length > 0);
    }

    private static Function<Row, byte[]> packer(FrameColumns columns, Map<String, Long> firstRow, Cut cut) {
        return row -> {
            String file = row.getString(2);
            long id = firstRow.get(file) + row.getLong(3);
            long position = cut.position(id);
            return position < 0
                    ? new byte[0]
                    : columns.pack(row, position, id, "row " + row.getLong(3) + " of " + file);
        };
    }
}
