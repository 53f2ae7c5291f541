package io.halfspace.graph;

import java.util.Arrays;
import java.util.Optional;

/**
 * The zero-invariant groups of a network: the smallest sets of parameters which, all zero, make their channels exactly
 * zero everywhere, so that the channels can be cut without changing what the network computes.
 *
 * <p>Groups are numbered 0, 1, ... by their topologically first channel: the same network always gets the same numbers
 * and names. A channel that may not leave belongs to no group and has a reason.
 *
 * <p>Source: OTOv2 (arXiv 2303.06862) section 3.1, OTOv3 (arXiv 2312.09411) section 3. Deviation: groups are found channel
 * by channel (see {@link ChannelMap}), and whatever cannot be proven zero-invariant is protected.
 *
 * <p>Cost: linear in vertices, edges and channels; no recursion.
 */
public final class GroupPartition implements GroupSet {
    private static final int PROTECTED = -1;
    private static final Wording WORDING = new Wording(
            "groups",
            "every layer keeps one channel and protected layers keep all",
            "give the network a layer that is not protected between two others");

    private final TraceGraph graph;
    private final ChannelUnits units;
    /** Group of each channel number, or {@link #PROTECTED}. */
    private final int[] groupOfChannel;
    /** Reason by representative channel number; null where the unit is a group. */
    private final String[] reasonOfUnit;

    private final int[] leader;
    private final SliceTable trainable;
    private final Incidence incidence;

    private GroupPartition(TraceGraph graph, ChannelUnits units, String[] reasonOfUnit) {
        this.graph = graph;
        this.units = units;
        this.reasonOfUnit = reasonOfUnit;
        groupOfChannel = new int[units.size()];
        int[] leaders = new int[units.size()];
        int count = 0;
        for (int v = 0; v < graph.size(); v++) {
            for (int c = 0; c < graph.vertex(v).channels(); c++) {
                int number = units.first(v) + c;
                int unit = units.unit(v, c);
                if (unit == number) {
                    groupOfChannel[number] = reasonOfUnit[unit] == null ? count : PROTECTED;
                    if (reasonOfUnit[unit] == null) {
                        leaders[count++] = number;
                    }
                } else {
                    groupOfChannel[number] = groupOfChannel[unit];
                }
            }
        }
        leader = Arrays.copyOf(leaders, count);
        trainable = GroupSlices.collect(graph, this);
        incidence = Incidence.of(graph, this);
    }

    /** Finds the groups of a network. */
    public static GroupPartition of(TraceGraph graph) {
        ChannelUnits units = new ChannelUnits(graph);
        return new GroupPartition(graph, units, Protection.reasons(graph, units));
    }

    @Override
    public TraceGraph graph() {
        return graph;
    }

    @Override
    public int count() {
        return leader.length;
    }

    /** Name of a group: the vertex that its first channel belongs to and the channel's number there, {@code conv1[12]}. */
    @Override
    public String name(int group) {
        int vertex = leaderVertex(group);
        return graph.vertex(vertex).name() + "[" + (leader[group] - units.first(vertex)) + "]";
    }

    /** The vertex that the first channel of a group belongs to. */
    public int leaderVertex(int group) {
        int low = 0;
        int high = graph.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (units.first(middle) <= leader[group]) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** The group of a channel, or -1 if the channel is protected. */
    public int group(int vertex, int channel) {
        return groupOfChannel[units.first(vertex) + channel];
    }

    /** Why a channel may not leave, or empty if it may. */
    public Optional<String> protection(int vertex, int channel) {
        return Optional.ofNullable(reasonOfUnit[units.unit(vertex, channel)]);
    }

    @Override
    public SliceTable trainable() {
        return trainable;
    }

    /** Groups of the same layer are alike. */
    @Override
    public int peers(int group) {
        return leaderVertex(group);
    }

    /** The number of values. */
    @Override
    public double measure(int group) {
        return trainable.variables(group);
    }

    @Override
    public long precedence(int group) {
        return 0;
    }

    @Override
    public Removal removal() {
        return new Thinning(graph, this);
    }

    @Override
    public Remainder without(boolean[] leaving) {
        return Remainder.of(graph, this, leaving);
    }

    @Override
    public Wording wording() {
        return WORDING;
    }

    /** Which vertices lose how many channels with each group. */
    Incidence incidence() {
        return incidence;
    }
}
