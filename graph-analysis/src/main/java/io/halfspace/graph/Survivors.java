package io.halfspace.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What is left of a network without some erasable segments, vertex by vertex.
 *
 * <p>A vertex is <em>gone</em> if it gives exact zeros: it lies in a segment that leaves, all its channels leave, or it has
 * no values of its own, maps zero to zero, and everything that feeds it is gone. It is <em>needed</em> if an output is reached
 * from it over vertices that are not gone; the rest is dead code. A joint that keeps one of its inputs is bypassed, unless what follows
 * it would then read a network input or output: a layer that works in place would write over it.
 *
 * <p>The network is valid if every needed vertex gets what it cannot do without; then every output is reached from an
 * input. Source: OTOv3 (arXiv 2312.09411) Algorithm 4, where only outputs must be reached. Deviation: joints on the way keep
 * an input, or all where a missing one would not be neutral.
 *
 * <p>Cost: linear in vertices and edges; no recursion.
 */
final class Survivors {
    private final TraceGraph graph;
    private final int[] live;
    private final boolean[] gone;
    private final boolean[] needed;
    /** By vertex, the one that gives what it gave: itself, or for a bypassed joint what is left of its inputs. */
    private final int[] source;

    private final Optional<String> fault;

    /**
     * @param leaving by segment, whether it leaves; not kept
     */
    Survivors(ErasableSegments segments, boolean[] leaving) {
        graph = segments.graph();
        live = segments.liveChannels(leaving);
        boolean[] isOutput = new boolean[graph.size()];
        graph.outputs().forEach(output -> isOutput[output] = true);
        gone = new boolean[graph.size()];
        for (int v = 0; v < graph.size(); v++) {
            int segment = segments.segmentOf(v);
            gone[v] = segment >= 0 && leaving[segment] || live[v] == 0 || !isOutput[v] && onlyPassesZeros(v);
        }
        needed = reached();
        source = new int[graph.size()];
        Arrays.setAll(source, v -> v);
        for (int v = 0; v < graph.size(); v++) {
            List<Integer> inputs = liveInputs(v);
            if (!isOutput[v] && inputs.size() == 1 && graph.vertex(v).inputs().size() > 1) {
                int before = source[inputs.get(0)];
                source[v] = isInput(before) || isOutput[before] ? v : before;
            }
        }
        fault = findFault();
    }

    /** Why no valid network is left, or empty if one is. */
    Optional<String> fault() {
        return fault;
    }

    /** Whether the built network has the vertex; it has all network inputs. */
    boolean stays(int v) {
        return isInput(v) || needed[v] && source[v] == v;
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

    /** The vertices that feed a vertex in the built network, in order. */
    List<Integer> inputs(int v) {
        return liveInputs(v).stream().map(input -> source[input]).toList();
    }

    /** Price of the built network. */
    NetworkCost cost() {
        long parameters = 0;
        long statistics = 0;
        long flops = 0;
        long activations = 0;
        for (int v = 0; v < graph.size(); v++) {
            if (!stays(v)) {
                continue;
            }
            Cost cost = graph.vertex(v).operation().cost();
            long in = liveInputs(v).stream().mapToLong(input -> live[input]).sum();
            parameters += cost.parameters().at(in, live[v]);
            statistics += cost.statistics().at(in, live[v]);
            flops += cost.flops().at(in, live[v]);
            activations += cost.positions() * live[v];
        }
        return new NetworkCost(parameters, statistics, flops, activations);
    }

    private boolean onlyPassesZeros(int v) {
        Operation operation = graph.vertex(v).operation();
        return !isInput(v)
                && operation.kind() != Operation.Kind.STEM
                && operation.zeroPreserving()
                && operation.protection().isEmpty()
                && operation.slices().isEmpty()
                && liveInputs(v).isEmpty();
    }

    private boolean[] reached() {
        boolean[] reached = new boolean[graph.size()];
        graph.outputs().forEach(output -> reached[output] = true);
        for (int v = graph.size() - 1; v >= 0; v--) {
            reached[v] &= !gone[v];
            if (reached[v]) {
                liveInputs(v).forEach(input -> reached[input] = true);
            }
        }
        return reached;
    }

    private Optional<String> findFault() {
        for (int v = 0; v < graph.size(); v++) {
            if (needed[v] && !isInput(v)) {
                Optional<String> found = faultAt(v);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return graph.outputs().stream()
                .filter(output -> gone[output])
                .map(output -> "output '%s' would be reached from no input"
                        .formatted(graph.vertex(output).name()))
                .findFirst();
    }

    private Optional<String> faultAt(int v) {
        Vertex vertex = graph.vertex(v);
        Operation operation = vertex.operation();
        List<Integer> inputs = liveInputs(v);
        if (inputs.isEmpty()) {
            return fault("'%s' would have no input left", v);
        }
        boolean missing = inputs.size() < vertex.inputs().size();
        boolean firstMissing = gone[vertex.inputs().get(0)];
        if (missing && !operation.neutralToMissing() || firstMissing && operation.needsFirstInput()) {
            return fault("'%s' needs all its inputs", v);
        }
        int stacked = inputs.stream().mapToInt(input -> live[input]).sum();
        if (operation.map() instanceof ChannelMap.Stack && stacked != live[v]) {
            return fault("what follows '%s' keeps channels whose input would be gone", v);
        }
        for (int input : inputs) {
            int least = Math.min(operation.leastInputs(), graph.vertex(input).channels());
            if (live[input] < least) {
                return fault("'%s' would read too few channels", v);
            }
        }
        boolean few = live[v] < Math.min(operation.leastChannels(), vertex.channels());
        return few ? fault("'%s' would keep too few channels", v) : Optional.empty();
    }

    private Optional<String> fault(String text, int v) {
        return Optional.of(text.formatted(graph.vertex(v).name()));
    }

    private List<Integer> liveInputs(int v) {
        List<Integer> inputs = graph.vertex(v).inputs();
        List<Integer> found = new ArrayList<>(inputs.size());
        for (int input : inputs) {
            if (!gone[input]) {
                found.add(input);
            }
        }
        return found;
    }

    private boolean isInput(int v) {
        return graph.vertex(v).operation().kind() == Operation.Kind.INPUT;
    }
}
