package io.halfspace.graph;

/**
 * A network with some of its groups taken out, and its price at every moment: what the built network would cost.
 *
 * <p>Removing a group costs time in proportion to the vertices that it touches and those that they feed. Not thread-safe.
 */
public final class Thinning implements Removal {
    private final TraceGraph graph;
    private final Incidence incidence;
    private final int[] live;
    private final int[] minimum;
    private final long[] liveInputs;
    private final int[][] consumers;
    private final boolean[] removed;
    private long parameters;
    private long statistics;
    private long flops;
    private long activations;

    /** The whole network; every vertex keeps what its operation and the operations that it feeds need. */
    public Thinning(TraceGraph graph, GroupPartition partition) {
        this.graph = graph;
        incidence = partition.incidence();
        live = new int[graph.size()];
        minimum = new int[graph.size()];
        liveInputs = new long[graph.size()];
        removed = new boolean[partition.count()];
        consumers = graph.consumers();
        for (int v = 0; v < graph.size(); v++) {
            Vertex vertex = graph.vertex(v);
            live[v] = vertex.channels();
            minimum[v] = Math.min(vertex.operation().leastChannels(), live[v]);
            for (int input : vertex.inputs()) {
                liveInputs[v] += live[input];
                int needed = Math.min(vertex.operation().leastInputs(), live[input]);
                minimum[input] = Math.max(minimum[input], needed);
            }
            add(v, 1);
        }
    }

    /** Whether a group is still there and every vertex that it touches keeps enough channels without it. */
    @Override
    public boolean canRemove(int group) {
        if (removed[group]) {
            return false;
        }
        for (int i = incidence.start()[group]; i < incidence.start()[group + 1]; i++) {
            int vertex = incidence.vertex()[i];
            if (live[vertex] - incidence.channels()[i] < minimum[vertex]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void remove(int group) {
        if (!canRemove(group)) {
            throw new IllegalArgumentException(
                    "Cannot remove group %d: it is gone already or a layer would lose its last channels"
                            .formatted(group));
        }
        removed[group] = true;
        for (int i = incidence.start()[group]; i < incidence.start()[group + 1]; i++) {
            int vertex = incidence.vertex()[i];
            add(vertex, -1);
            live[vertex] -= incidence.channels()[i];
            add(vertex, 1);
            for (int consumer : consumers[vertex]) {
                add(consumer, -1);
                liveInputs[consumer] -= incidence.channels()[i];
                add(consumer, 1);
            }
        }
    }

    /** Channels that a vertex still has. */
    public int live(int vertex) {
        return live[vertex];
    }

    /** Channels that a vertex keeps at least, for itself and for what it feeds. */
    public int least(int vertex) {
        return minimum[vertex];
    }

    @Override
    public NetworkCost cost() {
        return new NetworkCost(parameters, statistics, flops, activations);
    }

    /** Never: channels that are needed stay needed. */
    @Override
    public boolean refusalsMayHaveEnded() {
        return false;
    }

    private void add(int v, int sign) {
        Cost cost = graph.vertex(v).operation().cost();
        parameters += sign * cost.parameters().at(liveInputs[v], live[v]);
        statistics += sign * cost.statistics().at(liveInputs[v], live[v]);
        flops += sign * cost.flops().at(liveInputs[v], live[v]);
        activations += sign * cost.positions() * live[v];
    }
}
