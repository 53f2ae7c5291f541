package io.halfspace.spark;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;

/** Reads label and features out of rows (label first, features second) of a data frame. */
final class FrameColumns implements Serializable {
    private enum Features {
        VECTOR,
        ARRAY,
        IMAGE_FILE,
        /** The struct of Spark's image source: row-wise, blue before green before red. */
        IMAGE_STRUCT
    }

    private final Features features;
    private final List<String> classNames;
    private final int[] shape;
    private final int width;
    private final int classes;
    private final String featuresColumn;

    /**
     * @param frame columns label and features
     * @param training class names of the training part, or empty when this is the training part
     */
    FrameColumns(Dataset<Row> frame, DataConfig config, List<String> training) {
        this.shape = config.shape();
        this.width = config.width();
        this.classes = config.classes();
        this.featuresColumn = config.featuresColumn();
        this.features = features(frame.schema().fields()[1].dataType());
        this.classNames = classNames(frame, config, training);
    }

    private Features features(DataType type) {
        if (type.typeName().equals("vector")) {
            return Features.VECTOR;
        }
        if (type instanceof ArrayType array && array.elementType() instanceof NumericType) {
            return Features.ARRAY;
        }
        if (shape.length == 3 && (shape[0] == 1 || shape[0] == 3)) {
            if (type instanceof BinaryType) {
                return Features.IMAGE_FILE;
            }
            if (type instanceof StructType struct
                    && Arrays.asList(struct.fieldNames())
                            .containsAll(List.of("origin", "height", "width", "nChannels", "data"))) {
                return Features.IMAGE_STRUCT;
            }
        }
        throw JobException.data(
                "Cannot use column %s of type %s with row shape %s: expected a vector, an array of numbers, or for [1 or 3, height, width] an image",
                featuresColumn, type.simpleString(), Arrays.toString(shape));
    }

    private List<String> classNames(Dataset<Row> frame, DataConfig config, List<String> training) {
        DataType type = frame.schema().fields()[0].dataType();
        if (type instanceof NumericType) {
            return List.of();
        }
        if (!(type instanceof StringType)) {
            throw JobException.data(
                    "Cannot use column %s of type %s as label: expected whole numbers or strings",
                    config.labelColumn(), type.simpleString());
        }
        if (!training.isEmpty()) {
            return training;
        }
        // One more than the classes tells that there are too many, whatever there is.
        List<Row> found =
                frame.select(frame.columns()[0]).distinct().limit(classes + 1).collectAsList();
        return found.stream()
                .map(row -> row.isNullAt(0) ? "null" : row.getString(0))
                .sorted()
                .toList();
    }

    List<String> classNames() {
        return classNames;
    }

    PackedRow.Values values() {
        return switch (features) {
            case VECTOR, ARRAY -> PackedRow.Values.FLOATS;
            case IMAGE_FILE -> PackedRow.Values.IMAGE_FILE;
            case IMAGE_STRUCT -> PackedRow.Values.BYTES;
        };
    }

    /** @param where names the row in messages */
    byte[] pack(Row row, long position, long id, String where) {
        if (row.isNullAt(0) || row.isNullAt(1)) {
            throw JobException.data("Cannot use %s: found no value (null), expected a label and features", where);
        }
        int label = label(row, where);
        return switch (features) {
            case VECTOR -> PackedRow.ofFloats(position, id, label, values(((Vector) row.get(1)).toArray(), where));
            case ARRAY -> PackedRow.ofFloats(position, id, label, values(array(row.getList(1), where), where));
            case IMAGE_FILE -> PackedRow.ofImageFile(position, id, label, where, (byte[]) row.get(1));
            case IMAGE_STRUCT -> {
                byte[] pixels = pixels(row.getStruct(1), where);
                yield PackedRow.ofBytes(position, id, label, pixels, 0, width);
            }
        };
    }

    private int label(Row row, String where) {
        Object label = row.get(0);
        if (label instanceof String name) {
            int index = classNames.indexOf(name);
            if (index < 0) {
                throw JobException.data(
                        "Cannot use %s: found class %s, expected one of the training classes %s",
                        where, name, classNames);
            }
            return index;
        }
        double number = ((Number) label).doubleValue();
        if (number != Math.rint(number) || Double.isInfinite(number)) {
            throw JobException.data("Cannot use the label of %s: found %s, expected a whole number", where, label);
        }
        return PackedRow.checkedLabel((long) number, classes, where);
    }

    private static double[] array(List<?> list, String where) {
        double[] values = new double[list.size()];
        for (int i = 0; i < values.length; i++) {
            if (!(list.get(i) instanceof Number number)) {
                throw JobException.data("Cannot use %s: found no value (null) at %d, expected a number", where, i);
            }
            values[i] = number.doubleValue();
        }
        return values;
    }

    private float[] values(double[] found, String where) {
        if (found.length != width) {
            throw JobException.data("Cannot use %s: found %d values, expected %d", where, found.length, width);
        }
        float[] values = new float[width];
        for (int i = 0; i < width; i++) {
            values[i] = (float) found[i];
            if (!Float.isFinite(values[i])) {
                throw JobException.data(
                        "Cannot use %s: found %s at %d of column %s, expected a finite number",
                        where, found[i], i, featuresColumn);
            }
        }
        return values;
    }

    private byte[] pixels(Row image, String where) {
        byte[] pixels = new byte[width];
        try (ImageDecoder decoder = new ImageDecoder(shape)) {
            decoder.interleaved(
                    image.getAs("data"),
                    image.<Integer>getAs("width"),
                    image.<Integer>getAs("height"),
                    image.<Integer>getAs("nChannels"),
                    where + " (" + image.getAs("origin") + ")",
                    pixels);
        }
        return pixels;
    }
}
