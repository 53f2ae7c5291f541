package io.halfspace.spark;

/** A shard whose loss or gradient is not finite. */
final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int shard;
    private final double loss;

    DivergedException(int shard, double loss) {
        super("Loss %s on shard %d".formatted(loss, shard));
        this.shard = shard;
        this.loss = loss;
    }

    int shard() {
        return shard;
    }

    double loss() {
        return loss;
    }
}
