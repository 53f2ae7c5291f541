package io.halfspace.spark;

/**
 * A seeded permutation of 0..size-1 that is computed, not stored: a Feistel network on the next power of four, walked
 * until it lands inside (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002). One position costs under
 * four walks on average, so neither the driver nor an executor ever holds a table of row ids.
 */
final class RowPermutation {
    private static final int ROUNDS = 6;

    private final long size;
    private final int halfBits;
    private final long halfMask;
    private final long[] keys = new long[ROUNDS];

    RowPermutation(long seed, long size) {
        this.size = size;
        int bits = 64 - Long.numberOfLeadingZeros(Math.max(size - 1, 1));
        halfBits = (bits + 1) / 2;
        halfMask = (1L << halfBits) - 1;
        for (int i = 0; i < ROUNDS; i++) {
            keys[i] = Mix.of(seed, i);
        }
    }

    long at(long index) {
        long value = index;
        do {
            long left = value >>> halfBits;
            long right = value & halfMask;
            for (long key : keys) {
                long next = left ^ (Mix.of(key ^ right) & halfMask);
                left = right;
                right = next;
            }
            value = left << halfBits | right;
        } while (value >= size);
        return value;
    }
}
