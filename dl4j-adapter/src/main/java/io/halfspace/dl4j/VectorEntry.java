package io.halfspace.dl4j;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Reads one ND4J vector as {@code Nd4j.write} stores it: a shape buffer, then a data buffer, each of allocation mode,
 * length, type and big-endian values. Unlike {@code Nd4j.read}, nothing is allocated before every number of the header
 * has been checked against the length that the configuration asks for.
 */
final class VectorEntry {
    private static final int CHUNK = 1 << 16;

    /** More than any header, whatever the rank. */
    private static final int LARGEST_HEADER = 1024;

    private static final int LARGEST_RANK = 32;

    private final String name;
    private final DataInputStream in;

    private VectorEntry(String name, DataInputStream in) {
        this.name = name;
        this.in = in;
    }

    /** A new array of shape [1, expected], FLOAT or DOUBLE as in the file. */
    static INDArray read(ModelArchive archive, String entry, long expected, String owner)
            throws IOException, Unreadable {
        long size = archive.size(entry);
        if (size > LARGEST_HEADER + expected * Double.BYTES) {
            throw new Unreadable(
                    "its entry '%s' is too large for the %d values of %s, found %d bytes",
                    entry, expected, owner, size);
        }
        try (ModelArchive.Entry stream = archive.stream(entry);
                DataInputStream in = new DataInputStream(stream)) {
            INDArray values = new VectorEntry(entry, in).values(expected, owner);
            stream.verify();
            return values;
        }
    }

    private record Header(long length, String type) {}

    private INDArray values(long expected, String owner) throws IOException, Unreadable {
        long inShape = shapedLength();
        Header data = header();
        if (data.length() != expected || inShape != expected) {
            throw new Unreadable(
                    "its entry '%s' does not fit its configuration, found %d values, expected the %d of %s",
                    name, data.length() == expected ? inShape : data.length(), expected, owner);
        }
        return switch (data.type()) {
            case "FLOAT" -> floats((int) expected);
            case "DOUBLE" -> doubles((int) expected);
            default ->
                throw new Unreadable(
                        "its entry '%s' has values of an unsupported type, found %s, expected FLOAT or DOUBLE",
                        name, Unreadable.quote(data.type()));
        };
    }

    /** Number of values by the shape buffer: rank, sizes, strides, extras, element stride, order. */
    private long shapedLength() throws IOException, Unreadable {
        Header shape = header();
        if (!shape.type().equals("LONG") || shape.length() < 4 || shape.length() > 2 * LARGEST_RANK + 4) {
            throw noVector();
        }
        long rank = in.readLong();
        if (rank < 0 || shape.length() != 2 * rank + 4) {
            throw noVector();
        }
        long length = 1;
        int longerThanOne = 0;
        for (int i = 0; i < rank; i++) {
            long size = in.readLong();
            longerThanOne += size > 1 ? 1 : 0;
            if (size < 0 || longerThanOne > 1) {
                throw noVector();
            }
            length *= size;
        }
        for (long i = rank + 1; i < shape.length(); i++) {
            in.readLong();
        }
        return length;
    }

    private Header header() throws IOException, Unreadable {
        String mode = in.readUTF();
        if (!mode.equals(DataBuffer.AllocationMode.MIXED_DATA_TYPES.name()) && !mode.equals("LONG_SHAPE")) {
            throw new Unreadable(
                    "its entry '%s' is in a format older than Deeplearning4j 1.0.0 or none at all, found %s;"
                            + " load and save it with a later Deeplearning4j",
                    name, Unreadable.quote(mode));
        }
        return new Header(in.readLong(), in.readUTF());
    }

    private INDArray floats(int length) throws IOException {
        float[] values = new float[length];
        byte[] chunk = new byte[CHUNK];
        for (int i = 0; i < length; i += CHUNK / Float.BYTES) {
            int n = Math.min(CHUNK / Float.BYTES, length - i);
            in.readFully(chunk, 0, n * Float.BYTES);
            ByteBuffer.wrap(chunk).asFloatBuffer().get(values, i, n);
        }
        return Nd4j.createFromArray(values).reshape(1, length);
    }

    private INDArray doubles(int length) throws IOException {
        double[] values = new double[length];
        byte[] chunk = new byte[CHUNK];
        for (int i = 0; i < length; i += CHUNK / Double.BYTES) {
            int n = Math.min(CHUNK / Double.BYTES, length - i);
            in.readFully(chunk, 0, n * Double.BYTES);
            ByteBuffer.wrap(chunk).asDoubleBuffer().get(values, i, n);
        }
        return Nd4j.createFromArray(values).reshape(1, length);
    }

    private Unreadable noVector() {
        return new Unreadable("its entry '%s' does not hold a vector", name);
    }
}
