package io.halfspace.spark;

import java.nio.charset.StandardCharsets;

/**
 * One row as bytes, the only form in which a row travels between executors: position in its part (8), row id (8), label
 * (4), values. A plain byte array passes every Spark serializer; Kryo 4 cannot read records back.
 */
final class PackedRow {
    static final int HEADER = 20;

    /** What the bytes after the header are. */
    enum Values {
        /** One unsigned byte a value. */
        BYTES,
        /** One float a value. */
        FLOATS,
        /** Length (4) and text of a name for messages, then an image file. Small to send, decoded where it lands. */
        IMAGE_FILE
    }

    private PackedRow() {}

    static byte[] withHeader(long position, long rowId, int label, int valueBytes) {
        byte[] row = new byte[HEADER + valueBytes];
        Bytes.putLong(row, 0, position);
        Bytes.putLong(row, 8, rowId);
        Bytes.putInt(row, 16, label);
        return row;
    }

    static byte[] ofFloats(long position, long rowId, int label, float[] values) {
        byte[] row = withHeader(position, rowId, label, 4 * values.length);
        for (int i = 0; i < values.length; i++) {
            Bytes.putFloat(row, HEADER + 4 * i, values[i]);
        }
        return row;
    }

    static byte[] ofBytes(long position, long rowId, int label, byte[] values, int from, int count) {
        byte[] row = withHeader(position, rowId, label, count);
        System.arraycopy(values, from, row, HEADER, count);
        return row;
    }

    static byte[] ofImageFile(long position, long rowId, int label, String name, byte[] file) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        byte[] row = withHeader(position, rowId, label, 4 + text.length + file.length);
        Bytes.putInt(row, HEADER, text.length);
        System.arraycopy(text, 0, row, HEADER + 4, text.length);
        System.arraycopy(file, 0, row, HEADER + 4 + text.length, file.length);
        return row;
    }

    static long position(byte[] row) {
        return Bytes.longAt(row, 0);
    }

    static long rowId(byte[] row) {
        return Bytes.longAt(row, 8);
    }

    static int label(byte[] row) {
        return Bytes.intAt(row, 16);
    }

    /** The same row at another place. */
    static byte[] moved(byte[] row, long position, long rowId) {
        byte[] moved = row.clone();
        Bytes.putLong(moved, 0, position);
        Bytes.putLong(moved, 8, rowId);
        return moved;
    }

    static String imageName(byte[] row) {
        return new String(row, HEADER + 4, Bytes.intAt(row, HEADER), StandardCharsets.UTF_8);
    }

    static int imageStart(byte[] row) {
        return HEADER + 4 + Bytes.intAt(row, HEADER);
    }

    static int checkedLabel(long label, int classes, String where) {
        if (label < 0 || label >= classes) {
            throw JobException.data(
                    "Cannot use the label of %s: found %d, expected 0 to %d; set the number of classes to match",
                    where, label, classes - 1);
        }
        return (int) label;
    }
}
