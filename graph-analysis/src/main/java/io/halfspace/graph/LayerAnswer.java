package io.halfspace.graph;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * What the analysis has to say of one of the user's layers.
 *
 * @param name the user's name of the layer
 * @param type the user's word for what it is
 * @param status whether it, or channels of it, may leave
 * @param reason why channels may not leave; empty if all may
 * @param erasable name of the segment with which the whole layer may leave ({@link SegmentGraph}), else empty
 * @param channels output channels
 * @param groups groups that its channels belong to
 * @param parameters trainable parameters
 * @param flops multiplications for one example
 */
public record LayerAnswer(
        String name,
        String type,
        Status status,
        String reason,
        String erasable,
        int channels,
        int groups,
        long parameters,
        long flops) {
    /** What may leave. */
    public enum Status {
        /** Channels of the layer, one by one; perhaps also the whole layer. */
        PRUNABLE,
        /** The whole layer with its segment, but no single channel. */
        ERASABLE,
        /** Nothing. */
        PROTECTED
    }

    /** One answer for every layer, in topological order; network inputs are not layers. */
    public static List<LayerAnswer> of(TraceGraph graph, GroupPartition partition) {
        SegmentGraph segments = SegmentGraph.of(graph, partition);
        List<LayerAnswer> answers = new ArrayList<>();
        for (int v = 0; v < graph.size(); v++) {
            Vertex vertex = graph.vertex(v);
            boolean reshapesForALayer = !vertex.name().equals(vertex.layer());
            if (vertex.operation().kind() != Operation.Kind.INPUT && !reshapesForALayer) {
                answers.add(of(graph, partition, segments, v));
            }
        }
        return answers;
    }

    private static LayerAnswer of(TraceGraph graph, GroupPartition partition, SegmentGraph segments, int v) {
        Vertex vertex = graph.vertex(v);
        BitSet groups = new BitSet();
        int protectedChannels = 0;
        String reason = "";
        for (int c = 0; c < vertex.channels(); c++) {
            int group = partition.group(v, c);
            if (group >= 0) {
                groups.set(group);
            } else {
                protectedChannels++;
                reason = reason.isEmpty() ? partition.protection(v, c).orElse("") : reason;
            }
        }
        if (protectedChannels > 0 && protectedChannels < vertex.channels()) {
            reason = "%d of %d channels: %s".formatted(protectedChannels, vertex.channels(), reason);
        }
        String erasable = segments.segment(v)
                .filter(SegmentGraph.Segment::erasable)
                .map(SegmentGraph.Segment::name)
                .orElse("");
        long in = vertex.inputs().stream()
                .mapToLong(input -> graph.vertex(input).channels())
                .sum();
        return new LayerAnswer(
                vertex.name(),
                vertex.type(),
                !groups.isEmpty() ? Status.PRUNABLE : erasable.isEmpty() ? Status.PROTECTED : Status.ERASABLE,
                reason,
                erasable,
                vertex.channels(),
                groups.cardinality(),
                vertex.operation().cost().parameters().at(in, vertex.channels()),
                vertex.operation().cost().flops().at(in, vertex.channels()));
    }
}
