package io.halfspace.spark;

import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.Function;
import scala.Tuple2;

/**
 * Rows of CSV files; a row's id counts rows through the files in the order of their names. The files are cut into
 * pieces of a fixed number of bytes, which are counted first and then read.
 */
final class CsvRows implements RowSource {
    static final long PIECE_BYTES = 32L << 20;

    private final JavaSparkContext context;
    private final Files files;
    private final DataConfig config;
    private final CsvHeader header;
    /** Path, and the bytes from..to of each piece. */
    private final List<Tuple2<String, long[]>> pieces = new ArrayList<>();

    private final List<long[]> counts;
    private final long rows;

    CsvRows(JavaSparkContext context, Files files, DataConfig config, DataPart part, long pieceBytes) {
        this.context = context;
        this.files = files;
        this.config = config;
        List<FileStatus> found = found(files, part.path());
        header = CsvHeader.read(files, found.get(0).getPath().toString(), config.labelColumn(), config.width());
        for (FileStatus file : found) {
            addPieces(file, pieceBytes);
        }
        counts = context.parallelize(pieces, pieces.size())
                .map(counter(files, header))
                .collect();
        rows = counts.stream().mapToLong(count -> count[1]).sum();
    }

    private static List<FileStatus> found(Files files, String path) {
        FileStatus status = files.status(path);
        if (status.isFile()) {
            return List.of(status);
        }
        List<FileStatus> found = new ArrayList<>(files.list(path));
        found.removeIf(file -> !file.isFile() || file.getLen() == 0);
        if (found.isEmpty()) {
            throw JobException.data("Cannot read %s: found an empty folder, expected CSV files", path);
        }
        return found;
    }

    private void addPieces(FileStatus file, long pieceBytes) {
        String path = file.getPath().toString();
        long size = Files.compressed(path) ? Long.MAX_VALUE : pieceBytes;
        long from = 0;
        while (from < file.getLen()) {
            long to = file.getLen() - from > size ? from + size : Long.MAX_VALUE;
            pieces.add(new Tuple2<>(path, new long[] {from, to}));
            from = to;
        }
    }

    private static Function<Tuple2<String, long[]>, long[]> counter(Files files, CsvHeader header) {
        return piece -> new CsvPiece(files, piece._1, piece._2[0], piece._2[1], header).count();
    }

    @Override
    public long rows() {
        return rows;
    }

    @Override
    public PackedRow.Values values() {
        return PackedRow.Values.FLOATS;
    }

    @Override
    public List<String> classNames() {
        return List.of();
    }

    @Override
    public JavaRDD<byte[]> read(Cut cut) {
        List<Tuple2<String, long[]>> tasks = new ArrayList<>();
        long line = 0;
        long row = 0;
        for (int i = 0; i < pieces.size(); i++) {
            long[] range = pieces.get(i)._2;
            line = range[0] == 0 ? 0 : line;
            if (row < cut.endRow() && row + counts.get(i)[1] > cut.firstRow()) {
                tasks.add(new Tuple2<>(pieces.get(i)._1, new long[] {range[0], range[1], line, row}));
            }
            line += counts.get(i)[0];
            row += counts.get(i)[1];
        }
        return context.parallelize(tasks, tasks.size()).flatMap(reader(files, header, cut, config.classes()));
    }

    private static FlatMapFunction<Tuple2<String, long[]>, byte[]> reader(
            Files files, CsvHeader header, Cut cut, int classes) {
        return task ->
                new CsvPiece(files, task._1, task._2[0], task._2[1], header).read(task._2[2], task._2[3], cut, classes);
    }
}
