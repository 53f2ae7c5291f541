package io.halfspace.graph;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What is left of a network without some erasable segments, vertex by vertex.
 *
 * <p>A vertex is <em>gone</em> if it gives exact zeros: it lies in a segment that leaves, all its channels leave, or it has
 * no values of its own, maps zero to zero, and everything that feeds it is gone. It is <em>needed</em> if an output is reached
 * from it over vertices that are not gone; the rest is dead code. A joint that keeps one of its inputs is bypassed, unless
 * what follows it would then read a network input or output: a layer that works in place would write over it.
 *
 * <p>The network is valid if every needed vertex gets what it cannot do without; then every output is reached from an
 * input. Source: OTOv3 (arXiv 2312.09411) Algorithm 4, where only outputs must be reached. Deviation: joints on the way keep
 * an input, or all where a missing one would not be neutral.
 *
 * <p>Cost: linear in vertices and edges; no recursion.
 */
final class Survivors {
    private final TraceGraph graph;
    private final Wiring wiring;
    private final int[] live;
    private final boolean[] gone;
    private final boolean[] needed;
    private final Optional<String> fault;

    /**
     * @param leaving by segment, whether it leaves; not kept
     */
    Survivors(ErasableSegments segments, boolean[] leaving) {
        graph = segments.graph();
        wiring = segments.wiring();
        live = segments.liveChannels(leaving);
        gone = new boolean[graph.size()];
        for (int v = 0; v < gone.length; v++) {
            int segment = segments.segmentOf(v);
            gone[v] = segment >= 0 && leaving[segment] || live[v] == 0 || wiring.passesZeros()[v] && feeds(v) == 0;
        }
        needed = reached();
        fault = findFault();
    }

    /** Why no valid network is left, or empty if one is. */
    Optional<String> fault() {
        return fault;
    }

    /** Whether an output is reached from the vertex. */
    boolean isNeeded(int v) {
        return needed[v];
    }

    /** How many vertices an output is reached from. */
    int needed() {
        int count = 0;
        for (boolean flag : needed) {
            count += flag ? 1 : 0;
        }
        return count;
    }

    /**
     * By vertex, the one that gives in the built network what it gave: itself, what is left of the inputs of a bypassed
     * joint, or -1 where nothing needs it.
     */
    int[] sources() {
        int[] source = new int[graph.size()];
        for (int v = 0; v < source.length; v++) {
            source[v] = needed[v] || wiring.isInput()[v] ? v : -1;
            if (needed[v] && !wiring.isOutput()[v] && wiring.inputs()[v].length > 1 && feeds(v) == 1) {
                int before = source[liveInputs(v)[0]];
                source[v] = wiring.isInput()[before] || wiring.isOutput()[before] ? v : before;
            }
        }
        return source;
    }

    /** What feeds a vertex and is not gone, in order. */
    int[] liveInputs(int v) {
        return Arrays.stream(wiring.inputs()[v]).filter(input -> !gone[input]).toArray();
    }

    /** Price of the built network. */
    NetworkCost cost() {
        int[] source = sources();
        long parameters = 0;
        long statistics = 0;
        long flops = 0;
        long activations = 0;
        for (int v = 0; v < source.length; v++) {
            if (source[v] == v) {
                Cost cost = graph.vertex(v).operation().cost();
                long in = liveChannelsInto(v);
                parameters += cost.parameters().at(in, live[v]);
                statistics += cost.statistics().at(in, live[v]);
                flops += cost.flops().at(in, live[v]);
                activations += cost.positions() * live[v];
            }
        }
        return new NetworkCost(parameters, statistics, flops, activations);
    }

    /** How many of a vertex's inputs are not gone. */
    private int feeds(int v) {
        int count = 0;
        for (int input : wiring.inputs()[v]) {
            count += gone[input] ? 0 : 1;
        }
        return count;
    }

    private long liveChannelsInto(int v) {
        long sum = 0;
        for (int input : wiring.inputs()[v]) {
            sum += gone[input] ? 0 : live[input];
        }
        return sum;
    }

    private boolean[] reached() {
        boolean[] reached = wiring.isOutput().clone();
        for (int v = reached.length - 1; v >= 0; v--) {
            reached[v] &= !gone[v];
            if (reached[v]) {
                for (int input : wiring.inputs()[v]) {
                    reached[input] = true;
                }
            }
        }
        return reached;
    }

    private Optional<String> findFault() {
        for (int v = 0; v < needed.length; v++) {
            if (needed[v] && !wiring.isInput()[v]) {
                String found = faultAt(v);
                if (found != null) {
                    return Optional.of(found.formatted(graph.vertex(v).name()));
                }
            }
        }
        List<Integer> outputs = graph.outputs();
        return outputs.stream()
                .filter(output -> gone[output])
                .map(output -> "output '%s' would be reached from no input"
                        .formatted(graph.vertex(output).name()))
                .findFirst();
    }

    /** What a needed vertex would miss, or null if nothing. */
    private String faultAt(int v) {
        int[] inputs = wiring.inputs()[v];
        int feeds = feeds(v);
        if (feeds == inputs.length
                && live[v] == wiring.channels()[v]
                && liveChannelsInto(v) == wiring.channelsInto()[v]) {
            return null;
        }
        Operation operation = graph.vertex(v).operation();
        if (feeds == 0) {
            return "'%s' would have no input left";
        }
        if (feeds < inputs.length
                && (!operation.neutralToMissing() || operation.needsFirstInput() && gone[inputs[0]])) {
            return "'%s' needs all its inputs";
        }
        if (operation.map() instanceof ChannelMap.Stack && liveChannelsInto(v) != live[v]) {
            return "what follows '%s' keeps channels whose input would be gone";
        }
        for (int input : inputs) {
            if (!gone[input] && live[input] < Math.min(operation.leastInputs(), wiring.channels()[input])) {
                return "'%s' would read too few channels";
            }
        }
        return live[v] < Math.min(operation.leastChannels(), wiring.channels()[v])
                ? "'%s' would keep too few channels"
                : null;
    }
}
