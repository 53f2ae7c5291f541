package io.halfspace.spark;

import java.io.Serializable;

/**
 * Which rows of a source belong to a part, and at which position: the rows firstRow..endRow are permuted, and those
 * that land on from..to are taken. Cuts of one source with one seed and adjoining from..to never share a row.
 */
final class Cut implements Serializable {
    private final long firstRow;
    private final long endRow;
    private final long from;
    private final long to;
    private final long seed;
    private transient RowPermutation permutation;

    Cut(long firstRow, long endRow, long from, long to, long seed) {
        this.firstRow = firstRow;
        this.endRow = endRow;
        this.from = from;
        this.to = to;
        this.seed = seed;
    }

    /** The rows of a part in a source of that many rows. */
    static Cut of(DataPart part, long sourceRows, long seed) {
        if (sourceRows == 0) {
            throw JobException.data("Cannot read %s: found no rows, expected at least 1", name(part));
        }
        long end = part.endRow() == Long.MAX_VALUE ? sourceRows : part.endRow();
        if (end > sourceRows || part.firstRow() >= end) {
            throw JobException.data(
                    "Cannot take rows %d to %d of %s: found %d rows, expected a range inside them",
                    part.firstRow(), end, name(part), sourceRows);
        }
        return new Cut(part.firstRow(), end, 0, end - part.firstRow(), seed);
    }

    private static String name(DataPart part) {
        return part.path().isEmpty() ? "the data frame" : part.path();
    }

    /** The positions start..start+count of this cut. */
    Cut slice(long start, long count) {
        return new Cut(firstRow, endRow, from + start, from + start + count, seed);
    }

    long rows() {
        return to - from;
    }

    /** The first row that may belong here. */
    long firstRow() {
        return firstRow;
    }

    /** The row after the last one that may belong here. */
    long endRow() {
        return endRow;
    }

    /** The position of a row in this part, or -1 when it is none of it. Not thread-safe: one task, one copy. */
    long position(long row) {
        if (row < firstRow || row >= endRow) {
            return -1;
        }
        if (permutation == null) {
            permutation = new RowPermutation(seed, endRow - firstRow);
        }
        long position = permutation.at(row - firstRow);
        return position >= from && position < to ? position - from : -1;
    }
}
