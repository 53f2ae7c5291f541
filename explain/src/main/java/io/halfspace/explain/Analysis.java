package io.halfspace.explain;

import io.halfspace.graph.CostTable;
import io.halfspace.graph.FreeBranches;
import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.LayerAnswer;
import io.halfspace.graph.NetworkCost;
import io.halfspace.graph.SegmentGraph;
import io.halfspace.graph.TraceGraph;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/**
 * What the analysis of one network found, in all the forms in which it is told.
 *
 * @param model the user's name of the model
 * @param trace the network
 * @param groups what may leave together
 * @param segments its chains, and which of them may leave as a whole
 * @param layers one answer a layer, in topological order
 * @param erasable the segments that may leave as a whole, in topological order
 * @param branches its branches without parameters
 * @param total price of the whole network, network inputs included
 * @param valueBytes bytes of one value: 4 for single precision
 */
public record Analysis(
        String model,
        TraceGraph trace,
        GroupPartition groups,
        SegmentGraph segments,
        List<LayerAnswer> layers,
        List<Erasable> erasable,
        List<FreeBranches.Branch> branches,
        NetworkCost total,
        int valueBytes) {
    /**
     * A segment that may leave as a whole.
     *
     * @param name its name
     * @param layers names of its layers
     * @param saving what the built network saves without it; empty where it may not leave although its chain could
     */
    public record Erasable(String name, List<String> layers, Optional<NetworkCost> saving) {
        public Erasable {
            layers = List.copyOf(layers);
        }
    }

    public Analysis {
        layers = List.copyOf(layers);
        erasable = List.copyOf(erasable);
        branches = List.copyOf(branches);
    }

    /** Analyses a traced network. Cost: linear in vertices, edges and channels. */
    public static Analysis of(String model, TraceGraph trace, GroupPartition groups, int valueBytes) {
        SegmentGraph segments = SegmentGraph.of(trace, groups);
        CostTable costs = CostTable.of(trace, groups);
        List<Erasable> erasable = new ArrayList<>();
        for (SegmentGraph.Segment segment : segments.segments()) {
            if (segment.erasable()) {
                LinkedHashSet<String> names = new LinkedHashSet<>();
                segment.vertices().forEach(v -> names.add(trace.vertex(v).layer()));
                erasable.add(new Erasable(segment.name(), List.copyOf(names), costs.segmentSaving(segment)));
            }
        }
        return new Analysis(
                model,
                trace,
                groups,
                segments,
                LayerAnswer.of(trace, groups, segments, costs),
                erasable,
                FreeBranches.of(trace),
                costs.total(),
                valueBytes);
    }

    /**
     * A table for people, numbers exact where they fit.
     *
     * @param width characters a line, from 60; 0 for no limit
     */
    public String table(int width) {
        return new LayerTable(this).lines(width);
    }

    /** JSON for machines; its keys are documented and stable. */
    public String json() {
        return AnalysisJson.write(this);
    }

    /** One HTML page that needs nothing else, with the network drawn and a table that can be searched. */
    public String html() {
        return new AnalysisPage(this).html();
    }

    /** A drawing in the language of Graphviz. */
    public String dot() {
        return Dot.draw(this);
    }

    long bytes(NetworkCost cost) {
        return cost.activations() * valueBytes;
    }

    long count(LayerAnswer.Status status) {
        return layers.stream().filter(layer -> layer.status() == status).count();
    }

    /** Share of a whole, 0 where there is none of it. */
    static double share(long part, long whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }
}
