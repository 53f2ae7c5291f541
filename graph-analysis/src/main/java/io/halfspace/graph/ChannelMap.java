package io.halfspace.graph;

import java.util.Objects;

/**
 * Where the output channels of an operation come from. A channel that comes from another one leaves together with it.
 *
 * <p>This replaces the component growing of OTOv2 and OTOv3 (arXiv 2312.09411, Algorithm 1): channels are tied one by
 * one instead of vertex by vertex, so that concatenations, subsets and flattening need no special cases.
 */
public sealed interface ChannelMap {
    /** New channels, computed from all input channels: the operation is a stem, an input or unknown. */
    record Fresh() implements ChannelMap {}

    /** Channel c of every input becomes channel c of the output. */
    record Identity() implements ChannelMap {}

    /** The channels of the inputs one after the other, in the order of the inputs. */
    record Stack() implements ChannelMap {}

    /**
     * Output channel j comes from channel {@code source[j]} of the only input: flattening, subsets, depth multipliers.
     *
     * @param source input channel of each output channel; not copied, must not be modified afterwards
     */
    record Gather(int[] source) implements ChannelMap {
        public Gather {
            Objects.requireNonNull(source, "source");
        }
    }

    /**
     * Channel i of the only input becomes part of output channel {@code target[i]}: features folded into feature maps. The
     * channels of one target leave together, and the output channel is zero if all of them are.
     *
     * @param target output channel of each input channel; not copied, must not be modified afterwards
     */
    record Fold(int[] target) implements ChannelMap {
        public Fold {
            Objects.requireNonNull(target, "target");
        }
    }

    /**
     * New channels, computed from all input channels without parameters, to which a zero channel adds exactly nothing: a
     * distance, a length. Input channels may leave; the new ones may not.
     */
    record Reduced() implements ChannelMap {}

    ChannelMap FRESH = new Fresh();
    ChannelMap IDENTITY = new Identity();
    ChannelMap STACK = new Stack();
    ChannelMap REDUCED = new Reduced();

    /** The map of a flattening of (channel, position) with the channel outermost: each channel {@code positions} times. */
    static ChannelMap flatten(int channels, int positions) {
        int[] source = new int[Math.multiplyExact(channels, positions)];
        for (int j = 0; j < source.length; j++) {
            source[j] = j / positions;
        }
        return new Gather(source);
    }

    /** The map of a flattening of (position, channel) with the channel innermost. */
    static ChannelMap flattenChannelsLast(int channels, int positions) {
        int[] source = new int[Math.multiplyExact(channels, positions)];
        for (int j = 0; j < source.length; j++) {
            source[j] = j % channels;
        }
        return new Gather(source);
    }

    /** The map of a folding of (channel, position) features, channel outermost: the inverse of {@link #flatten}. */
    static ChannelMap fold(int channels, int positions) {
        return new Fold(((Gather) flatten(channels, positions)).source());
    }
}
