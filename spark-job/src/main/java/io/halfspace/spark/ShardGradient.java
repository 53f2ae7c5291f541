package io.halfspace.spark;

import java.io.Serializable;

/** What one shard adds to a step. A plain class, because Kryo cannot write records. */
final class ShardGradient implements Serializable {
    private static final long serialVersionUID = 1L;

    final int shard;
    /** Sum over the shard's examples in flat parameter order; empty if the shard had none left in this epoch. */
    final PackedFloats gradient;

    final double lossSum;
    final int rows;
    final boolean finite;
    final double computeMillis;

    /** Packs a copy of the gradient. */
    ShardGradient(int shard, float[] gradient, double lossSum, int rows, double computeMillis) {
        this.shard = shard;
        this.gradient = PackedFloats.of(gradient);
        this.lossSum = lossSum;
        this.rows = rows;
        this.finite = Double.isFinite(lossSum) && finite(gradient);
        this.computeMillis = computeMillis;
    }

    private static boolean finite(float[] values) {
        // A sum is finite only if no addend is infinite or NaN; it overflows to infinity only far beyond any use.
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return Double.isFinite(sum);
    }
}
