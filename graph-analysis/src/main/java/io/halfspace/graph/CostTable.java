package io.halfspace.graph;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;

/**
 * What every vertex of a network costs, and what the built network saves without one group of channels or without one
 * erasable segment.
 *
 * <p>A saving counts all that is cut: the group's channels in every vertex, the weights that read them, and with a segment
 * also the vertices that then feed nothing, and joints of which one input is left (those before a network input or output
 * stay). Savings of several groups together are
 * not the sum of single ones, because layers that feed each other lose products; {@link Thinning} prices them.
 *
 * <p>Cost: a saving takes time in proportion to the vertices that lose something and those that they feed, and no recursion.
 * Not thread-safe.
 */
public final class CostTable {
    private final TraceGraph graph;
    private final GroupPartition partition;
    private final int[][] consumers;
    private final boolean[] isOutput;
    private final long[] in;
    private final NetworkCost total;

    // What the removal that is being priced has touched so far; all zero between removals.
    private final int[] lostIn;
    private final int[] lostOut;
    private final int[] lostConsumers;
    private final boolean[] gone;
    private final boolean[] isTouched;
    private final int[] touched;
    private int touchedCount;

    private CostTable(TraceGraph graph, GroupPartition partition) {
        this.graph = graph;
        this.partition = partition;
        int size = graph.size();
        consumers = graph.consumers();
        isOutput = new boolean[size];
        graph.outputs().forEach(output -> isOutput[output] = true);
        in = new long[size];
        lostIn = new int[size];
        lostOut = new int[size];
        lostConsumers = new int[size];
        gone = new boolean[size];
        isTouched = new boolean[size];
        touched = new int[size];
        NetworkCost sum = NetworkCost.ZERO;
        for (int v = 0; v < size; v++) {
            for (int input : graph.vertex(v).inputs()) {
                in[v] += graph.vertex(input).channels();
            }
            sum = sum.plus(vertex(v));
        }
        total = sum;
    }

    /** Prices a network. */
    public static CostTable of(TraceGraph graph, GroupPartition partition) {
        return new CostTable(graph, partition);
    }

    /** Price of the whole network. */
    public NetworkCost total() {
        return total;
    }

    /** Price of one vertex with all its channels and those of its inputs. */
    public NetworkCost vertex(int v) {
        return vertex(v, in[v], graph.vertex(v).channels());
    }

    /** Price of one vertex as a function of the live channels of its inputs together and its own. */
    public NetworkCost vertex(int v, long liveIn, int liveOut) {
        Cost cost = graph.vertex(v).operation().cost();
        return new NetworkCost(
                cost.parameters().at(liveIn, liveOut),
                cost.statistics().at(liveIn, liveOut),
                cost.flops().at(liveIn, liveOut),
                cost.positions() * liveOut);
    }

    /** What the built network saves without one group and nothing else, whether or not it may leave. */
    public NetworkCost groupSaving(int group) {
        loseChannels(group);
        return settle();
    }

    /**
     * What the built network saves without one erasable segment and nothing else; empty if another vertex would lose all
     * its channels.
     *
     * @param segment one of this network's segments, {@link SegmentGraph.Segment#erasable()}
     */
    public Optional<NetworkCost> segmentSaving(SegmentGraph.Segment segment) {
        segment.vertices().forEach(this::touch);
        segment.vertices().forEach(v -> gone[v] = true);
        loseWhatFeedsNothing(segment.vertices().get(0));
        int last = segment.vertices().get(segment.vertices().size() - 1);
        boolean stacked = false;
        for (int joint : consumers[last]) {
            touch(joint);
            stacked |= graph.vertex(joint).operation().map() instanceof ChannelMap.Stack;
        }
        if (stacked) {
            int[] groups = new int[graph.vertex(last).channels()];
            Arrays.setAll(groups, c -> partition.group(last, c));
            Arrays.stream(groups).distinct().forEach(this::loseChannels);
        }
        loseBypassed(last);
        boolean possible = true;
        for (int i = 0; i < touchedCount; i++) {
            possible &= gone[touched[i]]
                    || lostOut[touched[i]] < graph.vertex(touched[i]).channels();
        }
        NetworkCost saving = settle();
        return possible ? Optional.of(saving) : Optional.empty();
    }

    /** Joints of which one input is left besides the lost one, unless that would make a network input or output of it. */
    private void loseBypassed(int lost) {
        int[] joints = Arrays.stream(consumers[lost]).distinct().sorted().toArray();
        for (int joint : joints) {
            int before = joint;
            while (before == joint || gone[before]) {
                before = onlyOther(before, lost);
                if (before < 0) {
                    break;
                }
            }
            gone[joint] = before >= 0
                    && !isOutput[joint]
                    && !isOutput[before]
                    && graph.vertex(before).operation().kind() != Operation.Kind.INPUT;
        }
    }

    /** The only other input of a vertex, or -1 if it has several. */
    private int onlyOther(int v, int lost) {
        int other = -1;
        for (int input : graph.vertex(v).inputs()) {
            if (input != lost && other >= 0) {
                return -1;
            }
            other = input == lost ? other : input;
        }
        return other;
    }

    /** Everything before a vertex that is gone and that reaches no output any more; network inputs always stay. */
    private void loseWhatFeedsNothing(int v) {
        Queue<Integer> open = new ArrayDeque<>(List.of(v));
        for (Integer lost = open.poll(); lost != null; lost = open.poll()) {
            for (int input : graph.vertex(lost).inputs()) {
                touch(input);
                lostConsumers[input]++;
                boolean feedsNothing = lostConsumers[input] == consumers[input].length && !isOutput[input];
                if (feedsNothing && graph.vertex(input).operation().kind() != Operation.Kind.INPUT) {
                    gone[input] = true;
                    open.add(input);
                }
            }
        }
    }

    private void loseChannels(int group) {
        Incidence incidence = partition.incidence();
        for (int i = incidence.start()[group]; i < incidence.start()[group + 1]; i++) {
            int v = incidence.vertex()[i];
            lostOut[v] += incidence.channels()[i];
            touch(v);
            for (int consumer : consumers[v]) {
                lostIn[consumer] += incidence.channels()[i];
                touch(consumer);
            }
        }
    }

    private void touch(int v) {
        if (!isTouched[v]) {
            isTouched[v] = true;
            touched[touchedCount++] = v;
        }
    }

    /** What all touched vertices save together; forgets the removal. */
    private NetworkCost settle() {
        NetworkCost saving = NetworkCost.ZERO;
        for (int i = 0; i < touchedCount; i++) {
            int v = touched[i];
            saving = saving.plus(vertex(v));
            if (!gone[v]) {
                saving = saving.minus(
                        vertex(v, in[v] - lostIn[v], graph.vertex(v).channels() - lostOut[v]));
            }
            lostIn[v] = 0;
            lostOut[v] = 0;
            lostConsumers[v] = 0;
            gone[v] = false;
            isTouched[v] = false;
        }
        touchedCount = 0;
        return saving;
    }
}
