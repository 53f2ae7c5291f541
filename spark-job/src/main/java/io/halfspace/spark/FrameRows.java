package io.halfspace.spark;

import static org.apache.spark.sql.functions.col;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * Rows of any data frame. A frame has no order of its own, so rows are ordered by a hash of their content; rows with
 * equal content are interchangeable. Costs one sort through the cluster; {@link #close} drops the sorted rows.
 */
final class FrameRows implements RowSource, AutoCloseable {
    private final FrameColumns columns;
    private final JavaRDD<byte[]> sorted;
    private final long rows;

    FrameRows(Dataset<Row> frame, DataConfig config) {
        Dataset<Row> selected = columns(frame, config, "the data frame");
        columns = new FrameColumns(selected, config, List.of());
        sorted = sorted(selected, columns).persist(StorageLevel.MEMORY_AND_DISK());
        try {
            rows = sorted.count();
        } catch (Exception e) {
            // Wider than what is declared: Spark's Scala code throws its checked exception undeclared.
            close();
            throw e;
        }
    }

    /** The columns label and features under these names. */
    static Dataset<Row> columns(Dataset<Row> frame, DataConfig config, String where) {
        List<String> found = Arrays.asList(frame.columns());
        for (String column : List.of(config.labelColumn(), config.featuresColumn())) {
            if (!found.contains(column)) {
                throw JobException.data(
                        "Cannot use %s: found columns %s, expected %s among them", where, found, column);
            }
        }
        return frame.select(
                quoted(config.labelColumn()).as("label"),
                quoted(config.featuresColumn()).as("features"));
    }

    private static Column quoted(String name) {
        return col("`" + name.replace("`", "``") + "`");
    }

    private static JavaRDD<byte[]> sorted(Dataset<Row> frame, FrameColumns columns) {
        JavaPairRDD<Long, byte[]> hashed = frame.toJavaRDD().mapToPair(row -> {
            byte[] packed = columns.pack(row, 0, 0, "a row of the data frame");
            return new Tuple2<>(Mix.of(packed), packed);
        });
        return hashed.sortByKey().mapPartitions(FrameRows::withoutTies);
    }

    /** Orders rows of one hash by content: equal keys are always in one partition. */
    private static Iterator<byte[]> withoutTies(Iterator<Tuple2<Long, byte[]>> rows) {
        return new Iterator<>() {
            private final List<byte[]> equal = new ArrayList<>();
            private int given;
            private Tuple2<Long, byte[]> ahead = rows.hasNext() ? rows.next() : null;

            @Override
            public boolean hasNext() {
                return given < equal.size() || ahead != null;
            }

            @Override
            public byte[] next() {
                if (given == equal.size()) {
                    equal.clear();
                    given = 0;
                    long hash = ahead._1;
                    while (ahead != null && ahead._1 == hash) {
                        equal.add(ahead._2);
                        ahead = rows.hasNext() ? rows.next() : null;
                    }
                    equal.sort(Arrays::compareUnsigned);
                }
                return equal.get(given++);
            }
        };
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
        return sorted.zipWithIndex()
                .map(row -> {
                    long position = cut.position(row._2);
                    return position < 0 ? new byte[0] : PackedRow.moved(row._1, position, row._2);
                })
                .filter(row -> row.length > 0);
    }

    @Override
    public void close() {
        sorted.unpersist(false);
    }
}
