package io.halfspace.spark;

import java.io.Serializable;
import java.util.Objects;

/**
 * Where the rows of one part (train, validation or test) come from: a path of its own, a fraction of the training
 * rows, or nowhere.
 *
 * @param path a Hadoop path ({@code file:}, {@code hdfs:}, {@code s3a:} ...), or "" for none
 * @param labels the IDX file of labels, or ""
 * @param folder the folder of the classes inside an image tree or archive, or ""
 * @param firstRow the first row taken
 * @param endRow the row after the last one taken; {@link Long#MAX_VALUE} takes all
 * @param fraction the share of the training rows moved to this part, 0 for none
 */
public record DataPart(String path, String labels, String folder, long firstRow, long endRow, double fraction)
        implements Serializable {
    public static final DataPart NONE = new DataPart("", "", "", 0, Long.MAX_VALUE, 0);

    public DataPart {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(labels, "labels");
        folder = folder.replaceAll("^(\\./+)+|^/+|/+$", "");
        if (firstRow < 0 || endRow <= firstRow) {
            throw new IllegalArgumentException(
                    "Cannot take rows: found first row %d and end row %d, expected 0 <= first row < end row"
                            .formatted(firstRow, endRow));
        }
        if (!(fraction >= 0 && fraction < 1)) {
            throw new IllegalArgumentException(
                    "Cannot take a fraction of the training rows: found %s, expected 0 <= fraction < 1"
                            .formatted(fraction));
        }
        if (fraction > 0 && !path.isEmpty()) {
            throw new IllegalArgumentException(
                    "Cannot take rows: found both path %s and fraction %s, expected one of the two"
                            .formatted(path, fraction));
        }
    }

    /** All rows of a path. */
    public static DataPart of(String path) {
        return new DataPart(path, "", "", 0, Long.MAX_VALUE, 0);
    }

    /** A share of the training rows. */
    public static DataPart ofTrain(double fraction) {
        return new DataPart("", "", "", 0, Long.MAX_VALUE, fraction);
    }

    boolean absent() {
        return path.isEmpty() && fraction == 0;
    }
}
