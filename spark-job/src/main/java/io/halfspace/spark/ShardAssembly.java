package io.halfspace.spark;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/**
 * Deals the rows of a part to shards, position by position as one deals cards, so that shard sizes differ by at most
 * one. Each row knows its slot in the shard's arrays: they are allocated once, and filled in whatever order rows come.
 */
final class ShardAssembly implements Serializable {
    private final int[] shape;
    private final int width;
    private final PackedRow.Values values;
    private final long rows;
    private final int shards;

    private ShardAssembly(int[] shape, PackedRow.Values values, long rows, int shards) {
        this.shape = shape;
        this.width = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        this.values = values;
        this.rows = rows;
        this.shards = shards;
    }

    static JavaRDD<Shard> assemble(RowSource source, Cut cut, int[] shape, int shards) {
        ShardAssembly assembly = new ShardAssembly(shape, source.values(), cut.rows(), shards);
        long largest = (long) assembly.rowsOf(0) * assembly.width;
        if (assembly.rowsOf(0) < 0 || largest > Integer.MAX_VALUE - 16) {
            throw JobException.data(
                    "Cannot pack %d rows of %d values into %d shards: found more than 2^31 values in one, expected fewer; use more shards",
                    cut.rows(), assembly.width, shards);
        }
        // An integer's hash is the integer: partition i gets shard i.
        return source.read(cut)
                .mapToPair(row -> new Tuple2<>((int) (PackedRow.position(row) % shards), row))
                .partitionBy(new HashPartitioner(shards))
                .mapPartitionsWithIndex(
                        (index, packed) ->
                                List.of(assembly.shard(index, packed)).iterator(),
                        false);
    }

    private int rowsOf(int index) {
        long count = (rows - index + shards - 1) / shards;
        return count > Integer.MAX_VALUE ? -1 : (int) count;
    }

    private Shard shard(int index, Iterator<Tuple2<Integer, byte[]>> packed) {
        int count = rowsOf(index);
        boolean floating = values == PackedRow.Values.FLOATS;
        byte[] bytes = new byte[floating ? 0 : count * width];
        float[] floats = new float[floating ? count * width : 0];
        int[] labels = new int[count];
        long[] rowIds = new long[count];
        int filled = 0;
        try (Unpacker unpacker = new Unpacker(values, shape, width)) {
            for (; packed.hasNext(); filled++) {
                byte[] row = packed.next()._2;
                int slot = (int) (PackedRow.position(row) / shards);
                labels[slot] = PackedRow.label(row);
                rowIds[slot] = PackedRow.rowId(row);
                unpacker.unpack(row, bytes, floats, slot * width);
            }
        }
        if (filled != count) {
            throw JobException.data(
                    "Cannot pack shard %d: found %d rows, expected %d (did the files change while they were read?)",
                    index, filled, count);
        }
        return new Shard(index, shape, bytes, floats, labels, rowIds);
    }

    /** Writes the values of packed rows into the arrays of a shard. */
    private static final class Unpacker implements AutoCloseable {
        private final PackedRow.Values values;
        private final int width;
        private final ImageDecoder decoder;

        Unpacker(PackedRow.Values values, int[] shape, int width) {
            this.values = values;
            this.width = width;
            this.decoder = new ImageDecoder(shape.length == 3 ? shape : new int[] {1, 1, width});
        }

        void unpack(byte[] row, byte[] bytes, float[] floats, int at) {
            switch (values) {
                case BYTES -> System.arraycopy(row, PackedRow.HEADER, bytes, at, width);
                case FLOATS -> {
                    for (int i = 0; i < width; i++) {
                        floats[at + i] = Bytes.floatAt(row, PackedRow.HEADER + 4 * i);
                    }
                }
                case IMAGE_FILE -> decoder.decode(row, PackedRow.imageStart(row), PackedRow.imageName(row), bytes, at);
            }
        }

        @Override
        public void close() {
            decoder.close();
        }
    }
}
