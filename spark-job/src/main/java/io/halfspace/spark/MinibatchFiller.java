package io.halfspace.spark;

import java.util.Arrays;

/** Unpacks, changes and normalises rows straight into a minibatch. */
final class MinibatchFiller {
    private final Shard shard;
    private final int width;
    private final int[] shape;
    private final float[] offset;
    private final float[] scale;
    /** Values that share one offset and scale: a channel's plane, or a single feature. */
    private final int plane;
    /** Normalised value of each byte, 256 a channel of byte images; empty for all else. */
    private final float[] table;

    private final float[] features;
    private final int[] labels;
    private int filled;

    MinibatchFiller(Shard shard, Normalizer normalizer, int rows) {
        this.shard = shard;
        this.shape = shard.shape();
        this.width = shard.width();
        this.offset = normalizer.offset();
        this.scale = normalizer.scale();
        if (width % offset.length != 0 || offset.length != shape[0]) {
            throw new IllegalArgumentException(
                    "Cannot normalise rows: found %d offsets, expected %d".formatted(offset.length, shape[0]));
        }
        this.plane = width / offset.length;
        this.table = shard.holdsBytes() && shape.length == 3 ? table() : new float[0];
        this.features = new float[Math.multiplyExact(rows, width)];
        this.labels = new int[rows];
    }

    private float[] table() {
        float[] filled = new float[256 * offset.length];
        for (int c = 0; c < offset.length; c++) {
            for (int value = 0; value < 256; value++) {
                filled[256 * c + value] = (value - offset[c]) / scale[c];
            }
        }
        return filled;
    }

    Minibatch minibatch() {
        return new Minibatch(features, labels, labels.length);
    }

    void add(int row) {
        int to = filled * width;
        int from = row * width;
        if (shape.length == 1) {
            vector(from, to);
        } else {
            for (int c = 0; c < offset.length; c++) {
                run(from + c * plane, to + c * plane, plane, c);
            }
        }
        labels[filled++] = shard.label(row);
    }

    private void vector(int from, int to) {
        // Locals, here and below: the compiler cannot keep fields in registers across stores to an array.
        float[] target = features;
        byte[] bytes = shard.bytes();
        float[] floats = shard.floats();
        float[] minus = offset;
        float[] by = scale;
        for (int i = 0; i < minus.length; i++) {
            float value = bytes.length > 0 ? bytes[from + i] & 0xff : floats[from + i];
            target[to + i] = (value - minus[i]) / by[i];
        }
    }

    /** Copies {@code count} values of one channel, normalised. */
    private void run(int from, int to, int count, int channel) {
        float[] target = features;
        if (table.length > 0) {
            float[] valueOf = table;
            byte[] bytes = shard.bytes();
            int entries = 256 * channel;
            for (int i = 0; i < count; i++) {
                target[to + i] = valueOf[entries + (bytes[from + i] & 0xff)];
            }
        } else {
            float[] floats = shard.floats();
            float minus = offset[channel];
            float by = scale[channel];
            for (int i = 0; i < count; i++) {
                target[to + i] = (floats[from + i] - minus) / by;
            }
        }
    }

    void add(int row, Augmentation augmentation, long random) {
        int choices = 2 * augmentation.pad() + 1;
        int down = (int) Math.floorMod(random, (long) choices) - augmentation.pad();
        int right = (int) Math.floorMod(Mix.of(random), (long) choices) - augmentation.pad();
        boolean flip = augmentation.flip() && (Mix.of(random, 1) & 1) == 0;
        int height = shape[1];
        int side = shape[2];
        int first = Math.max(0, -right);
        int last = Math.min(side, side - right);
        for (int c = 0; c < offset.length; c++) {
            float zero = (0 - offset[c]) / scale[c];
            for (int y = 0; y < height; y++) {
                int to = filled * width + c * plane + y * side;
                int source = y + down;
                if (source < 0 || source >= height || first >= last) {
                    fill(to, to + side, zero);
                    continue;
                }
                fill(to, to + first, zero);
                run(row * width + c * plane + source * side + first + right, to + first, last - first, c);
                fill(to + last, to + side, zero);
                if (flip) {
                    mirror(to, to + side - 1);
                }
            }
        }
        labels[filled++] = shard.label(row);
    }

    private void fill(int from, int to, float value) {
        Arrays.fill(features, from, to, value);
    }

    private void mirror(int from, int to) {
        for (int i = from, j = to; i < j; i++, j--) {
            float value = features[i];
            features[i] = features[j];
            features[j] = value;
        }
    }
}
