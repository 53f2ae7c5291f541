package io.halfspace.spark;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import scala.Tuple2;

/** Rows of two IDX files; a row's id is its index. Plain files are read in pieces, compressed ones by one task. */
final class IdxRows implements RowSource {
    private static final long PIECE_BYTES = 16L << 20;

    private final JavaSparkContext context;
    private final Files files;
    private final DataConfig config;
    private final DataPart part;
    private final IdxHeader features;
    private final IdxHeader labels;

    IdxRows(JavaSparkContext context, Files files, DataConfig config, DataPart part) {
        this.context = context;
        this.files = files;
        this.config = config;
        this.part = part;
        if (part.labels().isEmpty()) {
            throw JobException.data(
                    "Cannot read %s: found no IDX file of labels beside it, expected one; set labels", part.path());
        }
        features = IdxHeader.read(files, part.path());
        labels = IdxHeader.read(files, part.labels());
        if (labels.rows() != features.rows() || labels.axes().length != 1) {
            throw JobException.data(
                    "Cannot join %s and %s: found %d rows and labels of shape %s, expected [%d]",
                    part.path(), part.labels(), features.rows(), Arrays.toString(labels.axes()), features.rows());
        }
        checkShape();
        checkLength(part.path(), features);
        checkLength(part.labels(), labels);
    }

    private void checkShape() {
        int[] found = sides(Arrays.copyOfRange(features.axes(), 1, features.axes().length));
        int[] expected = sides(config.shape());
        boolean flat = config.shape().length == 1 || features.axes().length < 3;
        if (flat ? features.rowBytes() != config.width() : !Arrays.equals(found, expected)) {
            throw JobException.data(
                    "Cannot read %s: found rows of shape %s, expected %s",
                    part.path(), Arrays.toString(found), Arrays.toString(config.shape()));
        }
    }

    /** Axes longer than 1, so that 28x28 and 1x28x28 are the same. */
    private static int[] sides(int[] axes) {
        return Arrays.stream(axes).filter(side -> side > 1).toArray();
    }

    private void checkLength(String path, IdxHeader header) {
        long expected = header.headerBytes() + header.rows() * header.rowBytes();
        long found = files.status(path).getLen();
        if (!Files.compressed(path) && found != expected) {
            throw JobException.data("Cannot read %s: found %d bytes, expected %d (truncated?)", path, found, expected);
        }
    }

    @Override
    public long rows() {
        return features.rows();
    }

    @Override
    public PackedRow.Values values() {
        return PackedRow.Values.BYTES;
    }

    @Override
    public List<String> classNames() {
        return List.of();
    }

    @Override
    public JavaRDD<byte[]> read(Cut cut) {
        boolean whole = Files.compressed(part.path());
        long pieceRows = whole ? Math.max(rows(), 1) : Math.max(1, PIECE_BYTES / features.rowBytes());
        List<Tuple2<Long, Long>> pieces = new ArrayList<>();
        for (long from = cut.firstRow(); from < cut.endRow(); from += pieceRows) {
            pieces.add(new Tuple2<>(from, Math.min(from + pieceRows, cut.endRow())));
        }
        return context.parallelize(pieces, pieces.size()).flatMap(reader(files, part, config, features, labels, cut));
    }

    /** A static method, so that the task carries these values and not this object. */
    private static FlatMapFunction<Tuple2<Long, Long>, byte[]> reader(
            Files files, DataPart part, DataConfig config, IdxHeader features, IdxHeader labels, Cut cut) {
        int classes = config.classes();
        return piece -> new Piece(files, part, classes, features, labels, cut).rows(piece._1, piece._2);
    }

    /** The rows of one task. */
    private record Piece(Files files, DataPart part, int classes, IdxHeader features, IdxHeader labels, Cut cut) {
        Iterator<byte[]> rows(long from, long to) {
            byte[] labelOfRow = labels(from, to);
            InputStream in = openAt(part.path(), features, from);
            int width = Math.toIntExact(features.rowBytes());
            byte[] values = new byte[width];
            return new RowIterator(in, part.path()) {
                private long row = from;

                @Override
                byte[] read() throws IOException {
                    while (row < to) {
                        fill(in, values, part.path(), row);
                        long id = row++;
                        int label = labelOfRow[(int) (id - from)] & 0xff;
                        long position = cut.position(id);
                        if (position >= 0) {
                            PackedRow.checkedLabel(label, classes, "row " + id + " of " + part.labels());
                            return PackedRow.ofBytes(position, id, label, values, 0, width);
                        }
                    }
                    return END;
                }
            };
        }

        private byte[] labels(long from, long to) {
            byte[] read = new byte[(int) (to - from)];
            try (InputStream in = openAt(part.labels(), labels, from)) {
                fill(in, read, part.labels(), from);
                return read;
            } catch (IOException e) {
                throw Files.unreadable(part.labels(), e);
            }
        }

        private InputStream openAt(String path, IdxHeader header, long row) {
            long offset = header.headerBytes() + row * header.rowBytes();
            if (!Files.compressed(path)) {
                return new BufferedInputStream(files.openAt(path, offset), 1 << 17);
            }
            InputStream in = files.open(path);
            try {
                in.skipNBytes(offset);
                return in;
            } catch (EOFException e) {
                throw truncated(path, row, e);
            } catch (IOException e) {
                throw Files.unreadable(path, e);
            }
        }

        private static void fill(InputStream in, byte[] target, String path, long row) throws IOException {
            if (in.readNBytes(target, 0, target.length) < target.length) {
                throw truncated(path, row, null);
            }
        }

        private static JobException truncated(String path, long row, EOFException cause) {
            return new JobException(
                    ExitCode.DATA,
                    "Cannot read %s: found the end of the file at or after row %d, expected more rows (truncated?)"
                            .formatted(path, row),
                    cause);
        }
    }
}
