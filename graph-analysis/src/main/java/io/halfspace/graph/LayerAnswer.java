package io.halfspace.graph;

import java.util.List;
import java.util.Optional;

/**
 * What the analysis has to say of one of the user's layers.
 *
 * @param vertex index of the layer's vertex
 * @param name the user's name of the layer
 * @param type the user's word for what it is
 * @param status whether it, or channels of it, may leave
 * @param reason why channels may not leave; empty if all may
 * @param erasable name of the segment with which the whole layer may leave ({@link SegmentGraph}), else empty
 * @param channels output channels
 * @param keeps channels that stay whatever leaves: those protected, and at least as many as it and what it feeds need
 * @param groups groups that its channels belong to
 * @param cost what it costs, reshaping before it included
 * @param groupSaving what the built network saves without one of these groups; empty if none may leave
 */
public record LayerAnswer(
        int vertex,
        String name,
        String type,
        Status status,
        String reason,
        String erasable,
        int channels,
        int keeps,
        int groups,
        NetworkCost cost,
        Optional<Saving> groupSaving) {
    /** What may leave. */
    public enum Status {
        /** Channels of the layer, one by one; perhaps also the whole layer. */
        PRUNABLE,
        /** The whole layer with its segment, but no single channel. */
        ERASABLE,
        /** Nothing. */
        PROTECTED
    }

    /**
     * What one group saves, measure by measure.
     *
     * @param least the least that any group of the layer saves
     * @param most the most
     */
    public record Saving(NetworkCost least, NetworkCost most) {
        Saving and(Saving other) {
            return new Saving(least.least(other.least), most.most(other.most));
        }
    }

    /** One answer for every layer, in topological order; network inputs are not layers. */
    public static List<LayerAnswer> of(TraceGraph graph, GroupPartition partition) {
        return of(graph, partition, SegmentGraph.of(graph, partition), CostTable.of(graph, partition));
    }

    /** The same, from what is known already of the same network. Cost: linear in vertices, edges and channels. */
    public static List<LayerAnswer> of(
            TraceGraph graph, GroupPartition partition, SegmentGraph segments, CostTable costs) {
        return new LayerAnswers(graph, partition, segments, costs).all();
    }

    /** Whether a vertex is one of the user's layers, not a network input nor reshaping before or behind a layer. */
    public static boolean isLayer(Vertex vertex) {
        return vertex.operation().kind() != Operation.Kind.INPUT
                && vertex.name().equals(vertex.layer());
    }
}
