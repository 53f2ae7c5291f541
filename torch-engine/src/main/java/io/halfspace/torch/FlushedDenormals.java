package io.halfspace.torch;

import org.bytedeco.pytorch.Context;

/**
 * While it is open, this thread takes numbers too small to be normalised (below 1.2e-38 in single precision) for zero, on
 * processors that can: each of them costs more than a hundred cycles, and the gradient of a long series fades into them.
 *
 * <p>Java's own arithmetic would follow, so that it is open only while libtorch computes.
 */
final class FlushedDenormals implements AutoCloseable {
    FlushedDenormals() {
        Context.setFlushDenormal(true);
    }

    @Override
    public void close() {
        Context.setFlushDenormal(false);
    }
}
