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
    private transient float[] values;

    private PackedFloats(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A copy of an array as it is now. */
    static PackedFloats of(float[] values) {
        byte[] bytes = new byte[Math.multiplyExact(Float.BYTES, values.length)];
        view(bytes).put(values);
        return new PackedFloats(bytes);
    }

    /** Number of values. */
    int length() {
        return bytes.length / Float.BYTES;
    }

    /** The values, unpacked once in every process that asks; not to be modified. */
    synchronized float[] values() {
        if (values == null) {
            float[] unpacked = new float[length()];
            view(bytes).get(unpacked);
            values = unpacked;
        }
        return values;
    }

    /** Adds the values from one index to another to those of an array of the same length, which is modified. */
    void addTo(float[] total, int from, int to) {
        FloatBuffer view = view(bytes);
        float[] chunk = new float[Math.min(CHUNK, to - from)];
        for (int at = from; at < to; at += CHUNK) {
            int count = Math.min(CHUNK, to - at);
            view.get(at, chunk, 0, count);
            for (int i = 0; i < count; i++) {
                total[at + i] += chunk[i];
            }
        }
    }

    private static FloatBuffer view(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }
}
