package io.halfspace.spark;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;

/**
 * The head of an IDX file of unsigned bytes: two zeros, type 8, the number of axes, and each axis as four bytes.
 *
 * @param axes the first one counts rows
 */
record IdxHeader(int[] axes) implements Serializable {
    static IdxHeader read(Files files, String path) {
        try (InputStream in = files.open(path)) {
            return read(in, path);
        } catch (IOException e) {
            throw Files.unreadable(path, e);
        }
    }

    static IdxHeader read(InputStream stream, String path) throws IOException {
        DataInputStream in = new DataInputStream(stream);
        try {
            int magic = in.readInt();
            int dimensions = magic & 0xff;
            if (magic >>> 8 != 8 || dimensions < 1 || dimensions > 4) {
                throw JobException.data(
                        "Cannot read %s: found magic number 0x%08x, expected 0x00000801 to 0x00000804 (IDX of unsigned bytes)",
                        path, magic);
            }
            int[] axes = new int[dimensions];
            for (int i = 0; i < dimensions; i++) {
                axes[i] = in.readInt();
                if (axes[i] < 0 || (i > 0 && axes[i] == 0)) {
                    throw JobException.data(
                            "Cannot read %s: found %d as length of axis %d, expected a positive number",
                            path, axes[i], i);
                }
            }
            return new IdxHeader(axes);
        } catch (EOFException e) {
            throw new JobException(
                    ExitCode.DATA,
                    "Cannot read %s: found the end of the file inside the IDX header".formatted(path),
                    e);
        }
    }

    int rows() {
        return axes[0];
    }

    int headerBytes() {
        return 4 + 4 * axes.length;
    }

    long rowBytes() {
        long bytes = 1;
        for (int i = 1; i < axes.length; i++) {
            bytes = Math.min(bytes * axes[i], 1L << 40);
        }
        return bytes;
    }
}
