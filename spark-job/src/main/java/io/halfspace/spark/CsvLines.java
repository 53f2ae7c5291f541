package io.halfspace.spark;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Lines of a stream as bytes in one reused buffer: {@code buffer[start..end)} after {@link #next()}. */
final class CsvLines {
    private static final int LONGEST = 64 << 20;

    private final InputStream in;
    private final String path;
    private byte[] buffer = new byte[1 << 16];
    private int filled;
    private int start;
    private int end;
    private int following;
    /** Offset in the stream of {@code buffer[0]}. */
    private long base;

    private boolean ended;

    CsvLines(InputStream in, String path) {
        this.in = in;
        this.path = path;
    }

    /** Moves to the next line; false at the end of the stream. */
    boolean next() throws IOException {
        start = following;
        int scanned = start;
        while (true) {
            for (; scanned < filled; scanned++) {
                if (buffer[scanned] == '\n') {
                    end = scanned;
                    following = scanned + 1;
                    return true;
                }
            }
            if (ended) {
                end = filled;
                following = filled;
                return start < filled;
            }
            scanned -= start;
            more();
        }
    }

    private void more() throws IOException {
        System.arraycopy(buffer, start, buffer, 0, filled - start);
        base += start;
        filled -= start;
        start = 0;
        if (filled == buffer.length) {
            if (filled >= LONGEST) {
                throw JobException.data(
                        "Cannot read %s: found a line of more than %d bytes, expected comma-separated numbers",
                        path, LONGEST);
            }
            buffer = Arrays.copyOf(buffer, 2 * filled);
        }
        int read = in.read(buffer, filled, buffer.length - filled);
        ended = read < 0;
        filled += Math.max(read, 0);
    }

    byte[] buffer() {
        return buffer;
    }

    int start() {
        return start;
    }

    int end() {
        return end;
    }

    /** Where the line starts in the stream. */
    long offset() {
        return base + start;
    }

    boolean blank() {
        for (int i = start; i < end; i++) {
            if (buffer[i] > ' ' || buffer[i] < 0) {
                return false;
            }
        }
        return true;
    }
}
