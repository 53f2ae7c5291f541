package io.halfspace.spark;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Locale;

/** What one shard adds to a step. A plain class, because Kryo cannot write records. */
final class ShardGradient implements Serializable {
    private static final long serialVersionUID = 1L;

    /**
     * Longest gradient that can be used: the longest whose square is a float. Adam and its kin remember squares, and one that
     * is infinite stays infinite for the rest of a run.
     */
    private static final double LONGEST = Math.sqrt(Float.MAX_VALUE);

    final int shard;
    /**
     * Sum over the shard's examples in flat parameter order; empty if the shard had none left in this epoch, or if it cannot
     * be used.
     */
    final PackedFloats gradient;

    final double lossSum;
    final int rows;
    /** Length of the gradient. */
    final double norm;

    final double computeMillis;

    private ShardGradient(
            int shard, double lossSum, int rows, double norm, double computeMillis, PackedFloats gradient) {
        this.shard = shard;
        this.lossSum = lossSum;
        this.rows = rows;
        this.norm = norm;
        this.computeMillis = computeMillis;
        this.gradient = gradient;
    }

    /** Packs a copy of the gradient, of which there are no values if there are no rows. */
    ShardGradient(int shard, FloatBuffer gradient, double lossSum, int rows, double computeMillis) {
        PackedFloats packed = PackedFloats.of(gradient);
        this.shard = shard;
        this.lossSum = lossSum;
        this.rows = rows;
        this.norm = Math.sqrt(packed.squaredLength());
        this.computeMillis = computeMillis;
        this.gradient = usable() ? packed : PackedFloats.of(new float[0]);
    }

    /** The one that {@link #writeTo} wrote at the position of a buffer, which is moved behind it. Shares the buffer's array. */
    static ShardGradient readFrom(ByteBuffer message) {
        return new ShardGradient(
                message.getInt(),
                message.getDouble(),
                message.getInt(),
                message.getDouble(),
                message.getDouble(),
                PackedFloats.readFrom(message));
    }

    /** Writes it at the position of a buffer, which is moved behind it: {@link #size} bytes. */
    void writeTo(ByteBuffer message) {
        message.putInt(shard).putDouble(lossSum).putInt(rows).putDouble(norm).putDouble(computeMillis);
        gradient.writeTo(message);
    }

    /** Bytes that it takes in a message. */
    int size() {
        return 2 * Integer.BYTES + 3 * Double.BYTES + PackedFloats.size(gradient.length());
    }

    /** Whether loss and gradient are numbers that a step can be taken with. */
    boolean usable() {
        return Double.isFinite(lossSum) && norm <= LONGEST;
    }

    /** Why it cannot be used, as a clause. */
    String fault() {
        return Double.isFinite(lossSum)
                ? String.format(Locale.ROOT, "the gradient is %.2g long", norm)
                : "the loss is %s".formatted(lossSum);
    }
}
