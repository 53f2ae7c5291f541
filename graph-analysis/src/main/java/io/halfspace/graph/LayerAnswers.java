package io.halfspace.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Answers for the layers of one network, from what all of them have in common. */
final class LayerAnswers {
    private final TraceGraph graph;
    private final GroupPartition partition;
    private final SegmentGraph segments;
    private final Thinning whole;
    private final GroupFamilies families;
    private final List<Optional<LayerAnswer.Saving>> savingOfFamily = new ArrayList<>();
    private final NetworkCost[] costOfLayer;
    /** By group and by family, the last vertex that had it, plus one. */
    private final int[] groupSeenAt;

    private final int[] familySeenAt;

    LayerAnswers(TraceGraph graph, GroupPartition partition, SegmentGraph segments, CostTable costs) {
        this.graph = graph;
        this.partition = partition;
        this.segments = segments;
        whole = new Thinning(graph, partition);
        families = GroupFamilies.of(partition);
        for (int f = 0; f < families.count(); f++) {
            int group = families.first(f);
            NetworkCost saving = costs.groupSaving(group);
            savingOfFamily.add(
                    whole.canRemove(group) ? Optional.of(new LayerAnswer.Saving(saving, saving)) : Optional.empty());
        }
        costOfLayer = costOfLayer(costs);
        groupSeenAt = new int[partition.count()];
        familySeenAt = new int[families.count()];
    }

    /** By the vertex of a layer, the price of all vertices that belong to it. */
    private NetworkCost[] costOfLayer(CostTable costs) {
        NetworkCost[] sums = new NetworkCost[graph.size()];
        Map<String, Integer> layers = new HashMap<>();
        for (int v = 0; v < graph.size(); v++) {
            sums[v] = costs.vertex(v);
            if (LayerAnswer.isLayer(graph.vertex(v))) {
                layers.put(graph.vertex(v).name(), v);
            }
        }
        for (int v = 0; v < graph.size(); v++) {
            Integer layer = layers.get(graph.vertex(v).layer());
            if (layer != null && layer != v) {
                sums[layer] = sums[layer].plus(costs.vertex(v));
            }
        }
        return sums;
    }

    List<LayerAnswer> all() {
        List<LayerAnswer> answers = new ArrayList<>();
        for (int v = 0; v < graph.size(); v++) {
            if (LayerAnswer.isLayer(graph.vertex(v))) {
                answers.add(answer(v));
            }
        }
        return answers;
    }

    private LayerAnswer answer(int v) {
        Vertex vertex = graph.vertex(v);
        int groups = 0;
        int protectedChannels = 0;
        String reason = "";
        Optional<LayerAnswer.Saving> saving = Optional.empty();
        for (int c = 0; c < vertex.channels(); c++) {
            int group = partition.group(v, c);
            if (group < 0) {
                protectedChannels++;
                reason = reason.isEmpty() ? partition.protection(v, c).orElse("") : reason;
            } else if (groupSeenAt[group] != v + 1) {
                groupSeenAt[group] = v + 1;
                groups++;
                saving = withFamily(v, families.family(group), saving);
            }
        }
        if (protectedChannels > 0 && protectedChannels < vertex.channels()) {
            reason = "%d of %d channels: %s".formatted(protectedChannels, vertex.channels(), reason);
        }
        String erasable = segments.segment(v)
                .filter(SegmentGraph.Segment::erasable)
                .map(SegmentGraph.Segment::name)
                .orElse("");
        return new LayerAnswer(
                v,
                vertex.name(),
                vertex.type(),
                groups > 0
                        ? LayerAnswer.Status.PRUNABLE
                        : erasable.isEmpty() ? LayerAnswer.Status.PROTECTED : LayerAnswer.Status.ERASABLE,
                reason,
                erasable,
                vertex.channels(),
                Math.max(protectedChannels, whole.least(v)),
                groups,
                costOfLayer[v],
                saving);
    }

    private Optional<LayerAnswer.Saving> withFamily(int v, int family, Optional<LayerAnswer.Saving> soFar) {
        if (familySeenAt[family] == v + 1) {
            return soFar;
        }
        familySeenAt[family] = v + 1;
        Optional<LayerAnswer.Saving> own = savingOfFamily.get(family);
        return soFar.isPresent() && own.isPresent() ? Optional.of(soFar.get().and(own.get())) : own.or(() -> soFar);
    }
}
