package io.halfspace.graph;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What the analysis must know of one vertex: how its channels arise, whether a zero channel stays zero, where the
 * parameters of a channel lie, and what it costs.
 *
 * <p>Vertex classes after OTOv3 (arXiv 2312.09411, section 3.1). Deviation: an operation without a rule is {@link
 * Kind#UNKNOWN} and protects what it touches, where the paper assumes an accessory.
 *
 * @param kind class of the vertex
 * @param channels output channels (features of a dense layer, feature maps of a convolution)
 * @param map where the output channels come from
 * @param zeroPreserving whether a channel is exactly zero when its own parameters and the channels that it comes from are
 * @param neutralToMissing for joints: whether leaving an input out equals that input being zero
 * @param needsFirstInput for joints: whether that does not hold for the first input (a difference would change sign)
 * @param slices where the parameters of each output channel lie, and those that read each input channel
 * @param cost price as a function of channels
 * @param leastInputs channels of each input that must stay for the operation to work at all
 * @param leastChannels own channels that must stay (or all, if it has fewer)
 * @param protection why none of the output channels may leave, if so
 */
public record Operation(
        Kind kind,
        int channels,
        ChannelMap map,
        boolean zeroPreserving,
        boolean neutralToMissing,
        boolean needsFirstInput,
        List<ChannelSlices> slices,
        Cost cost,
        int leastInputs,
        int leastChannels,
        Optional<String> protection) {
    /** Classes of vertices: how a zero channel travels. */
    public enum Kind {
        INPUT,
        STEM,
        ACCESSORY,
        JOINT,
        CONCAT,
        UNKNOWN
    }

    public Operation {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(map, "map");
        Objects.requireNonNull(cost, "cost");
        Objects.requireNonNull(protection, "protection");
        slices = List.copyOf(slices);
        if (leastInputs < 1 || leastChannels < 1) {
            throw new IllegalArgumentException(
                    "Cannot describe an operation that needs %d input channels and keeps %d: expected at least 1"
                            .formatted(leastInputs, leastChannels));
        }
        if (channels <= 0) {
            throw new IllegalArgumentException(
                    "Cannot describe an operation with %d channels: expected at least 1".formatted(channels));
        }
    }

    /** A network input: its channels are the data's and never leave. */
    public static Operation input(int channels, long positions) {
        return new Operation(
                Kind.INPUT,
                channels,
                ChannelMap.FRESH,
                true,
                false,
                false,
                List.of(),
                Cost.free(positions),
                1,
                1,
                Optional.of("it is a network input"));
    }

    /** Trainable, makes new channels out of all channels of its inputs. */
    public static Operation stem(int channels, boolean zeroPreserving, List<ChannelSlices> slices, Cost cost) {
        return new Operation(
                Kind.STEM,
                channels,
                ChannelMap.FRESH,
                zeroPreserving,
                false,
                false,
                slices,
                cost,
                1,
                1,
                Optional.empty());
    }

    /** One input, keeps the channels apart. */
    public static Operation accessory(
            int channels, ChannelMap map, boolean zeroPreserving, List<ChannelSlices> slices, Cost cost) {
        return new Operation(
                Kind.ACCESSORY, channels, map, zeroPreserving, false, false, slices, cost, 1, 1, Optional.empty());
    }

    /** Several inputs of equal channels, combined channel by channel. */
    public static Operation joint(int channels, boolean neutralToMissing, long positions) {
        return new Operation(
                Kind.JOINT,
                channels,
                ChannelMap.IDENTITY,
                true,
                neutralToMissing,
                false,
                List.of(),
                Cost.free(positions),
                1,
                1,
                Optional.empty());
    }

    /** Several inputs, channels stacked one after the other. */
    public static Operation concat(int channels, long positions) {
        return new Operation(
                Kind.CONCAT,
                channels,
                ChannelMap.STACK,
                true,
                true,
                false,
                List.of(),
                Cost.free(positions),
                1,
                1,
                Optional.empty());
    }

    /** Anything without a rule: nothing that it touches may leave. */
    public static Operation unknown(int channels, Cost cost, String reason) {
        return new Operation(
                Kind.UNKNOWN,
                channels,
                ChannelMap.FRESH,
                false,
                false,
                false,
                List.of(),
                cost,
                1,
                1,
                Optional.of(reason));
    }

    /** The same operation, none of whose output channels may leave. */
    public Operation protectedBecause(String reason) {
        return with(needsFirstInput, slices, cost, leastInputs, leastChannels, Optional.of(reason));
    }

    /** The same joint, which cannot do without its first input. */
    public Operation withFirstInputNeeded() {
        return with(true, slices, cost, leastInputs, leastChannels, protection);
    }

    /** The same operation with parameters, at that price. */
    public Operation withParameters(List<ChannelSlices> own, Cost price) {
        return with(needsFirstInput, own, price, leastInputs, leastChannels, protection);
    }

    /** The same operation, which only works if at least {@code least} channels of each input stay (or all, if fewer). */
    public Operation withLeastInputs(int least) {
        return with(needsFirstInput, slices, cost, least, leastChannels, protection);
    }

    /** The same operation, which keeps at least {@code least} of its own channels (or all, if it has fewer). */
    public Operation withLeastChannels(int least) {
        return with(needsFirstInput, slices, cost, leastInputs, least, protection);
    }

    private Operation with(
            boolean first,
            List<ChannelSlices> own,
            Cost price,
            int fewestInputs,
            int fewestChannels,
            Optional<String> reason) {
        return new Operation(
                kind,
                channels,
                map,
                zeroPreserving,
                neutralToMissing,
                first,
                own,
                price,
                fewestInputs,
                fewestChannels,
                reason);
    }

    /** Whether new channels are computed here, so that input channels need {@link ChannelSlices.Role#CONSUMER} slices. */
    boolean mixesInputs() {
        return map instanceof ChannelMap.Fresh;
    }
}
