package io.halfspace.graph;

import java.util.Objects;

/**
 * Where the parameters of each channel of one operation lie in the flat vector, for all channels at once: channel c owns
 * {@code runs} runs of {@code length} consecutive values, run r beginning at {@code base + c * step + r * stride}.
 *
 * @param role what the values are to the channel
 * @param input for {@link Role#CONSUMER} the index of the input whose channels are counted, else 0
 * @param base position of channel 0 in the flat parameter vector
 * @param step distance between neighbouring channels
 * @param length values in a run
 * @param stride distance between the runs of one channel
 * @param runs runs a channel
 */
public record ChannelSlices(Role role, int input, int base, int step, int length, int stride, int runs) {
    /** What a value is to the channel that it is listed under. */
    public enum Role {
        /** Makes the channel: in its group; scored, penalised, projected, and cut with it. */
        TRAINABLE,
        /** A running statistic of the channel: never scored or projected, cut with it. */
        STATISTIC,
        /** Reads the channel of an input: not in the group, cut with it. */
        CONSUMER
    }

    public ChannelSlices {
        Objects.requireNonNull(role, "role");
        if (base < 0 || length <= 0 || runs <= 0 || input < 0) {
            throw new IllegalArgumentException("Invalid channel slices: base %d, length %d, runs %d, input %d"
                    .formatted(base, length, runs, input));
        }
    }

    /** Values that make channel c: {@code runs} runs of {@code length}. */
    public static ChannelSlices trainable(int base, int step, int length, int stride, int runs) {
        return new ChannelSlices(Role.TRAINABLE, 0, base, step, length, stride, runs);
    }

    /** One running statistic a channel, at {@code base + c}. */
    public static ChannelSlices statistic(int base) {
        return new ChannelSlices(Role.STATISTIC, 0, base, 1, 1, 1, 1);
    }

    /** Values that read channel c of the given input. */
    public static ChannelSlices consumer(int input, int base, int step, int length, int stride, int runs) {
        return new ChannelSlices(Role.CONSUMER, input, base, step, length, stride, runs);
    }

    /** The slice of one channel. */
    public ParameterSlice of(int channel) {
        return new ParameterSlice(base + channel * step, length, stride, runs);
    }
}
