package io.halfspace.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The operators of a network that could leave as a whole: its vertices in segments, each a chain in which every vertex
 * feeds the next one and nothing else.
 *
 * <p>A joint (any vertex with several inputs) is a segment of its own. A chain ends before a joint, at a vertex that feeds
 * several others, and at a network output. Network inputs are in no segment.
 *
 * <p>A segment is erasable if the network without it computes what it computes with all trainable values of the segment
 * zero, and where its channels are stacked also those of the same channels behind (a batch normalisation's):
 *
 * <ul>
 *   <li>it has a stem, and every vertex from its last stem on maps zero to zero;
 *   <li>everything that it feeds is a joint that is neutral to a missing input and has another input;
 *   <li>where that joint stacks channels, no layer outside the segment makes the same channels, and whatever is behind can
 *       lose them;
 *   <li>it is no network output, and no operation in it is protected (frozen, unknown, ...) or keeps a least number of its
 *       own channels.
 * </ul>
 *
 * <p>Any one erasable segment may leave: every output is still reached. Which ones may leave together, {@link
 * ErasableSegments} says.
 *
 * <p>Source: OTOv3 (arXiv 2312.09411) Algorithm 2, which asks for trainable variables and for successors that are all
 * joints. Deviation: the other conditions, without which the result is not the same network. A protected operation before
 * the last stem keeps its segment too, even where the reason (an activation that moves zero) would not matter.
 *
 * <p>Cost: linear in vertices, edges and channels; no recursion.
 */
public final class SegmentGraph {
    private static final int NONE = -1;
    private static final int SEVERAL = -2;

    private final TraceGraph graph;
    private final int[][] consumers;
    private final boolean[] isOutput;
    private final int[] segmentOf;
    private final List<Segment> segments;

    /**
     * One segment.
     *
     * @param name the user's names of its first and last layer, {@code conv1..relu1}
     * @param vertices indices of its vertices, in the order of the chain
     * @param erasable whether it could leave as a whole
     */
    public record Segment(String name, List<Integer> vertices, boolean erasable) {
        public Segment {
            vertices = List.copyOf(vertices);
        }
    }

    private SegmentGraph(TraceGraph graph, GroupPartition partition) {
        this.graph = graph;
        consumers = graph.consumers();
        isOutput = new boolean[graph.size()];
        graph.outputs().forEach(output -> isOutput[output] = true);
        segmentOf = new int[graph.size()];
        List<List<Integer>> chains = chains();
        int[] makers = makers(partition);
        segments = new ArrayList<>();
        for (List<Integer> chain : chains) {
            segments.add(new Segment(name(chain), chain, isErasable(chain, partition, makers)));
        }
    }

    /** Finds the segments of a network. */
    public static SegmentGraph of(TraceGraph graph, GroupPartition partition) {
        return new SegmentGraph(graph, partition);
    }

    /** All segments, in the topological order of their first vertices. */
    public List<Segment> segments() {
        return List.copyOf(segments);
    }

    /** The segment that a vertex lies in; empty for network inputs. */
    public Optional<Segment> segment(int vertex) {
        return segmentOf[vertex] == NONE ? Optional.empty() : Optional.of(segments.get(segmentOf[vertex]));
    }

    private List<List<Integer>> chains() {
        List<List<Integer>> chains = new ArrayList<>();
        for (int v = 0; v < graph.size(); v++) {
            if (graph.vertex(v).operation().kind() == Operation.Kind.INPUT) {
                segmentOf[v] = NONE;
                continue;
            }
            if (continuesItsInput(v)) {
                segmentOf[v] = segmentOf[graph.vertex(v).inputs().get(0)];
            } else {
                segmentOf[v] = chains.size();
                chains.add(new ArrayList<>());
            }
            chains.get(segmentOf[v]).add(v);
        }
        return chains;
    }

    private boolean continuesItsInput(int v) {
        List<Integer> inputs = graph.vertex(v).inputs();
        if (inputs.size() != 1) {
            return false;
        }
        int input = inputs.get(0);
        return segmentOf[input] != NONE && !isJoint(input) && consumers[input].length == 1 && !isOutput[input];
    }

    private boolean isJoint(int v) {
        return graph.vertex(v).inputs().size() > 1;
    }

    /** By group, the segment whose stems make its channels, or {@link #SEVERAL}. */
    private int[] makers(GroupPartition partition) {
        int[] makers = new int[partition.count()];
        Arrays.fill(makers, NONE);
        for (int v = 0; v < graph.size(); v++) {
            if (!isStem(v)) {
                continue;
            }
            for (int c = 0; c < graph.vertex(v).channels(); c++) {
                int group = partition.group(v, c);
                if (group >= 0) {
                    makers[group] = makers[group] == NONE || makers[group] == segmentOf[v] ? segmentOf[v] : SEVERAL;
                }
            }
        }
        return makers;
    }

    private boolean isErasable(List<Integer> chain, GroupPartition partition, int[] makers) {
        boolean zero = false;
        for (int v : chain) {
            Operation operation = graph.vertex(v).operation();
            if (operation.protection().isPresent() || operation.leastChannels() > 1 || isOutput[v]) {
                return false;
            }
            zero = (zero || isStem(v)) && operation.zeroPreserving();
        }
        int last = chain.get(chain.size() - 1);
        return zero
                && consumers[last].length > 0
                && Arrays.stream(consumers[last]).allMatch(joint -> canDoWithout(joint, last, partition, makers));
    }

    private boolean canDoWithout(int joint, int input, GroupPartition partition, int[] makers) {
        Operation operation = graph.vertex(joint).operation();
        boolean another = graph.vertex(joint).inputs().stream().anyMatch(other -> other != input);
        boolean first =
                operation.needsFirstInput() && graph.vertex(joint).inputs().get(0) == input;
        if (!operation.neutralToMissing() || first || !another) {
            return false;
        }
        return !(operation.map() instanceof ChannelMap.Stack) || channelsLeaveAlone(input, partition, makers);
    }

    private boolean channelsLeaveAlone(int v, GroupPartition partition, int[] makers) {
        for (int c = 0; c < graph.vertex(v).channels(); c++) {
            int group = partition.group(v, c);
            if (group < 0 || makers[group] != segmentOf[v]) {
                return false;
            }
        }
        return true;
    }

    private boolean isStem(int v) {
        return graph.vertex(v).operation().kind() == Operation.Kind.STEM;
    }

    private String name(List<Integer> chain) {
        String first = graph.vertex(chain.get(0)).layer();
        String last = graph.vertex(chain.get(chain.size() - 1)).layer();
        return first.equals(last) ? first : first + ".." + last;
    }
}
