package io.halfspace.spark;

import java.nio.ByteBuffer;

/**
 * What the driver tells a standing task to compute.
 *
 * @param epoch counted from 0
 * @param step of the epoch, counted from 0
 * @param parameters at which to compute the gradients
 */
record StepOrder(int epoch, int step, PackedFloats parameters) {
    /** As a message. */
    byte[] pack() {
        ByteBuffer message = ByteBuffer.allocate(2 * Integer.BYTES + PackedFloats.size(parameters.length()));
        message.putInt(epoch).putInt(step);
        parameters.writeTo(message);
        return message.array();
    }

    /** Out of a message, whose bytes it shares. */
    static StepOrder unpack(byte[] packed) {
        ByteBuffer message = ByteBuffer.wrap(packed);
        return new StepOrder(message.getInt(), message.getInt(), PackedFloats.readFrom(message));
    }
}
