package io.halfspace.spark;

import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;

/** Packed rows read one by one from a stream, which is closed at the end of the rows or of the Spark task. */
abstract class RowIterator implements Iterator<byte[]> {
    static final byte[] END = {};

    private final InputStream in;
    private final String path;
    private byte[] next;

    RowIterator(InputStream in, String path) {
        this.in = in;
        this.path = path;
        TaskContext task = TaskContext.get();
        if (task != null) {
            task.addTaskCompletionListener((TaskCompletionListener) ended -> close());
        }
    }

    /** The next row, or {@link #END}. */
    abstract byte[] read() throws IOException;

    @Override
    public final boolean hasNext() {
        if (next == null) {
            try {
                next = read();
            } catch (IOException e) {
                throw Files.unreadable(path, e);
            }
            if (next == END) {
                close();
            }
        }
        return next != END;
    }

    @Override
    public final byte[] next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        byte[] row = next;
        next = null;
        return row;
    }

    private void close() {
        try {
            in.close();
        } catch (IOException e) {
            // Every row was read: nothing is lost.
        }
    }
}
