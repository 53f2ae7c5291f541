package io.halfspace.spark;

import java.io.Serializable;
import java.util.Arrays;

/**
 * Packed rows of one part, the unit of work of a task. Values are unsigned bytes or floats, row after row, each in the
 * order of the shape (channel, row, column). A class and not a record, since Kryo 4 cannot read records back.
 */
public final class Shard implements Serializable {
    private static final long serialVersionUID = 1L;

    private final int index;
    private final int[] shape;
    private final int width;
    private final byte[] bytes;
    private final float[] floats;
    private final int[] labels;
    private final long[] rowIds;

    /** Takes the arrays as they are; one of {@code bytes} and {@code floats} is empty. */
    Shard(int index, int[] shape, byte[] bytes, float[] floats, int[] labels, long[] rowIds) {
        this.index = index;
        this.shape = shape;
        this.width = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        this.bytes = bytes;
        this.floats = floats;
        this.labels = labels;
        this.rowIds = rowIds;
    }

    public int index() {
        return index;
    }

    public int rows() {
        return labels.length;
    }

    /** Values of one row. */
    public int width() {
        return width;
    }

    /** Of one row: [features] or [channels, height, width]. */
    public int[] shape() {
        return shape.clone();
    }

    public int label(int row) {
        return labels[row];
    }

    /** The row's place in the data set, the same for any number of shards. */
    public long rowId(int row) {
        return rowIds[row];
    }

    /** A value before normalisation. */
    float raw(int row, int column) {
        int at = row * width + column;
        return holdsBytes() ? bytes[at] & 0xff : floats[at];
    }

    boolean holdsBytes() {
        return floats.length == 0;
    }

    /** What its arrays take on the heap. */
    long bytesInMemory() {
        return bytes.length + 4L * floats.length + 4L * labels.length + 8L * rowIds.length;
    }

    byte[] bytes() {
        return bytes;
    }

    float[] floats() {
        return floats;
    }

    /**
     * The rows step x rowsPerStep and following of this shard's order of the epoch; fewer, or none, at the end of the
     * epoch. The order depends on seed, epoch and the shard's index, the change of an image on seed, epoch and row id.
     */
    public Minibatch minibatch(
            Normalizer normalizer, Augmentation augmentation, long seed, int epoch, int step, int rowsPerStep) {
        int from = (int) Math.min(rows(), (long) step * rowsPerStep);
        int to = (int) Math.min(rows(), (long) from + rowsPerStep);
        RowPermutation order = new RowPermutation(Mix.of(seed, epoch, index), rows());
        MinibatchFiller filler = new MinibatchFiller(this, normalizer, to - from);
        for (int i = from; i < to; i++) {
            int row = (int) order.at(i);
            if (augmentation.changes()) {
                filler.add(row, augmentation, Mix.of(Mix.of(seed, epoch), rowIds[row]));
            } else {
                filler.add(row);
            }
        }
        return filler.minibatch();
    }

    /** The rows from..to in order and unchanged, for evaluation. */
    public Minibatch rows(int from, int to, Normalizer normalizer) {
        MinibatchFiller filler = new MinibatchFiller(this, normalizer, to - from);
        for (int row = from; row < to; row++) {
            filler.add(row);
        }
        return filler.minibatch();
    }

    /** Rows of each shard in a step whose global batch is shared evenly. */
    public static int rowsPerStep(int globalBatch, int shards) {
        if (globalBatch < shards || globalBatch % shards != 0) {
            throw new JobException(
                    ExitCode.CONFIGURATION,
                    "Cannot share a batch among shards: found batch %d and %d shards, expected a multiple of %d"
                            .formatted(globalBatch, shards, shards));
        }
        return globalBatch / shards;
    }

    /** Steps until every shard has given all its rows once; in the last one some shards may have fewer or none. */
    public static int stepsPerEpoch(int[] shardRows, int globalBatch) {
        int rowsPerStep = rowsPerStep(globalBatch, shardRows.length);
        int most = Arrays.stream(shardRows).max().orElse(0);
        return most / rowsPerStep + (most % rowsPerStep == 0 ? 0 : 1);
    }
}
