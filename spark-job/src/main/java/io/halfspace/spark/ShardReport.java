package io.halfspace.spark;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What a standing task tells the driver.
 *
 * @param shift which the task belongs to
 * @param task its number, from 0
 * @param gradients of its shards, as ordered; empty in its first report, and where it gives up
 */
record ShardReport(int shift, int task, List<ShardGradient> gradients) {
    /** Whether the task has just begun. */
    boolean isFirst() {
        return gradients.isEmpty();
    }

    /** As a message. */
    byte[] pack() {
        ByteBuffer message = ByteBuffer.allocate(size());
        message.putInt(shift).putInt(task).putInt(gradients.size());
        gradients.forEach(each -> each.writeTo(message));
        return message.array();
    }

    /** Bytes of its message. */
    int size() {
        return gradients.stream().mapToInt(ShardGradient::size).reduce(3 * Integer.BYTES, Math::addExact);
    }

    /** Out of a message, whose bytes it shares. */
    static ShardReport unpack(byte[] packed) {
        ByteBuffer message = ByteBuffer.wrap(packed);
        int shift = message.getInt();
        int task = message.getInt();
        int count = message.getInt();
        List<ShardGradient> gradients = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            gradients.add(ShardGradient.readFrom(message));
        }
        return new ShardReport(shift, task, List.copyOf(gradients));
    }
}
