package io.halfspace.spark;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * Floats as they travel between driver and executors: four bytes each, least significant first, which every serializer
 * writes and reads in one go, where it would turn an array of floats over one by one. A plain class, because Kryo cannot
 * write records.
 */
final class PackedFloats implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final int CHUNK = 1 << 10;

    private final byte[] bytes;
    /** Where in the bytes the values begin, and how many they are. */
    private final int from;

    private final int length;

    private PackedFloats(byte[] bytes, int from, int length) {
        this.bytes = bytes;
        this.from = from;
        this.length = length;
    }

    /** A copy of an array as it is now. */
    static PackedFloats of(float[] values) {
        return of(FloatBuffer.wrap(values));
    }

    /** A copy of what a buffer holds now, from its position on, which is moved to its limit. */
    static PackedFloats of(FloatBuffer values) {
        int length = values.remaining();
        PackedFloats packed = new PackedFloats(new byte[Math.multiplyExact(Float.BYTES, length)], 0, length);
        packed.view().put(values);
        return packed;
    }

    /** Those that {@link #writeTo} wrote at the position of a buffer, which is moved behind them. Shares the buffer's array. */
    static PackedFloats readFrom(ByteBuffer message) {
        int length = message.getInt();
        PackedFloats packed = new PackedFloats(message.array(), message.arrayOffset() + message.position(), length);
        message.position(message.position() + Float.BYTES * length);
        return packed;
    }

    /** Writes them at the position of a buffer, which is moved behind them: {@link #size} bytes. */
    void writeTo(ByteBuffer message) {
        message.putInt(length).put(bytes, from, Float.BYTES * length);
    }

    /** Bytes that so many values take in a message. */
    static int size(int values) {
        return Math.addExact(Integer.BYTES, Math.multiplyExact(Float.BYTES, values));
    }

    /** Number of values. */
    int length() {
        return length;
    }

    /** A copy of the values. */
    float[] values() {
        float[] values = new float[length];
        view().get(values);
        return values;
    }

    /** Copies the values to a buffer that is as long, from its position on. */
    void copyTo(FloatBuffer values) {
        if (values.remaining() != length) {
            throw new IllegalArgumentException("Cannot unpack %d values: found room for %d, expected as many"
                    .formatted(length, values.remaining()));
        }
        values.put(view());
    }

    /**
     * The squared length of the values, finite whenever they are: in single precision, in a sum for each place of a chunk, which
     * a processor adds side by side, and in double where these overflow.
     */
    double squaredLength() {
        FloatBuffer view = view();
        float[] chunk = new float[CHUNK];
        float[] sums = new float[CHUNK];
        while (view.hasRemaining()) {
            int count = Math.min(CHUNK, view.remaining());
            view.get(chunk, 0, count);
            for (int i = 0; i < count; i++) {
                sums[i] += chunk[i] * chunk[i];
            }
        }
        double total = 0;
        for (float sum : sums) {
            total += sum;
        }
        return Double.isFinite(total) ? total : SquaredLength.of(values(), 0, length);
    }

    /** Adds the values from one index to another to those of an array of the same length, which is modified. */
    void addTo(float[] total, int from, int to) {
        FloatBuffer view = view();
        float[] chunk = new float[Math.min(CHUNK, to - from)];
        for (int at = from; at < to; at += CHUNK) {
            int count = Math.min(CHUNK, to - at);
            view.get(at, chunk, 0, count);
            for (int i = 0; i < count; i++) {
                total[at + i] += chunk[i];
            }
        }
    }

    private FloatBuffer view() {
        return ByteBuffer.wrap(bytes, from, Float.BYTES * length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
    }
}
