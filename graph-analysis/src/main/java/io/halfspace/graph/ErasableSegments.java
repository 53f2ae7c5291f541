package io.halfspace.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The segments of a network that may leave as a whole ({@link SegmentGraph}), each a group: all trainable values of its
 * vertices and, where its channels are stacked, those of the same channels behind. A value before the first stem of one
 * segment that makes a channel of another one belongs to that other one only. Running statistics are in no group.
 *
 * <p>Numbered in topological order of the segments' first vertices.
 *
 * <p>All segments compete with each other, whatever their sizes: the squared norm of a group counts by the channel that its
 * trainable vertices give, because the row of weights that makes one channel has about the same norm whatever the kernel and
 * the number of inputs (initialisations see to that), while the mean square of single weights falls with both.
 *
 * <p>Source: OTOv3 (arXiv 2312.09411) section 3.2, which divides by the number of values.
 */
public final class ErasableSegments implements GroupSet {
    private static final int NONE = -1;
    private static final Wording WORDING = new Wording(
            "segments",
            "every output needs a path from an input on which each joint keeps an input",
            "give the network a chain of layers that feeds nothing but additions or concatenations with another input,"
                    + " such as one of several parallel branches or one beside a skip connection, and no excluded,"
                    + " frozen or floored layer in it");

    private final TraceGraph graph;
    private final GroupPartition partition;
    private final List<SegmentGraph.Segment> segments;
    private final Wiring wiring;
    private final int[] segmentOf;
    /** By group of channels, the segment with which these leave, or {@link #NONE}. */
    private final int[] leavesWith;
    /** By segment, where channels leave with it. */
    private final List<List<Loss>> losses;

    private final SliceTable trainable;
    private final long[] rows;

    /** Channels that a vertex loses. */
    record Loss(int vertex, int channels) {}

    private ErasableSegments(TraceGraph graph, GroupPartition partition) {
        this.graph = graph;
        this.partition = partition;
        segments = SegmentGraph.of(graph, partition).segments().stream()
                .filter(SegmentGraph.Segment::erasable)
                .toList();
        wiring = Wiring.of(graph);
        segmentOf = new int[graph.size()];
        Arrays.fill(segmentOf, NONE);
        for (int s = 0; s < segments.size(); s++) {
            for (int v : segments.get(s).vertices()) {
                segmentOf[v] = s;
            }
        }
        leavesWith = leavesWith();
        losses = losses();
        trainable = SegmentSlices.collect(this);
        rows = new long[segments.size()];
        for (int v = 0; v < graph.size(); v++) {
            if (isTrainable(v)) {
                for (int c = 0; c < graph.vertex(v).channels(); c++) {
                    int owner = owner(v, c);
                    if (owner != NONE) {
                        rows[owner]++;
                    }
                }
            }
        }
    }

    /** Finds the erasable segments of a network. */
    public static ErasableSegments of(TraceGraph graph, GroupPartition partition) {
        return new ErasableSegments(graph, partition);
    }

    @Override
    public TraceGraph graph() {
        return graph;
    }

    @Override
    public int count() {
        return segments.size();
    }

    @Override
    public String name(int group) {
        return segments.get(group).name();
    }

    /** The segment that a group makes. */
    public SegmentGraph.Segment segment(int group) {
        return segments.get(group);
    }

    @Override
    public SliceTable trainable() {
        return trainable;
    }

    @Override
    public int peers(int group) {
        return 0;
    }

    @Override
    public double measure(int group) {
        return rows[group];
    }

    /** Multiplications of the segment in the whole network. */
    @Override
    public long precedence(int group) {
        long flops = 0;
        for (int v : segments.get(group).vertices()) {
            long in = graph.vertex(v).inputs().stream()
                    .mapToLong(input -> graph.vertex(input).channels())
                    .sum();
            flops += graph.vertex(v)
                    .operation()
                    .cost()
                    .flops()
                    .at(in, graph.vertex(v).channels());
        }
        return flops;
    }

    @Override
    public Removal removal() {
        return new SegmentRemoval(this);
    }

    @Override
    public Remainder without(boolean[] leaving) {
        Survivors survivors = new Survivors(this, leaving);
        survivors.fault().ifPresent(fault -> {
            throw new IllegalArgumentException("Cannot build the sub-network: %s".formatted(fault));
        });
        return Remainder.of(this, survivors, leaving);
    }

    /**
     * Why no valid network is left without some segments, or empty if one is.
     *
     * @param leaving by segment, whether it leaves; not modified
     */
    public Optional<String> fault(boolean[] leaving) {
        return new Survivors(this, leaving).fault();
    }

    /**
     * The same groups, any of which may leave together with any, as a method without hierarchy takes them: for comparisons
     * only, what is left may be no network.
     */
    public GroupSet unchecked() {
        return new UncheckedSegments(this);
    }

    @Override
    public Wording wording() {
        return WORDING;
    }

    Wiring wiring() {
        return wiring;
    }

    /** The segment that a vertex lies in, or -1. */
    int segmentOf(int v) {
        return segmentOf[v];
    }

    /** The segment with which a channel leaves because it is stacked somewhere, or -1. */
    int leavesWith(int v, int channel) {
        int group = partition.group(v, channel);
        return group < 0 ? NONE : leavesWith[group];
    }

    /** The segment whose group has the trainable values of a channel, or -1. */
    int owner(int v, int channel) {
        int with = leavesWith(v, channel);
        return with == NONE ? segmentOf[v] : with;
    }

    /** The vertices where channels leave with a segment because they are stacked somewhere. */
    List<Loss> losses(int segment) {
        return losses.get(segment);
    }

    /** By vertex, the channels that are left without some segments, whether or not the vertex itself is. */
    int[] liveChannels(boolean[] leaving) {
        int[] live = wiring.channels().clone();
        for (int s = 0; s < leaving.length; s++) {
            if (leaving[s]) {
                for (Loss loss : losses.get(s)) {
                    live[loss.vertex()] -= loss.channels();
                }
            }
        }
        return live;
    }

    private boolean isTrainable(int v) {
        return graph.vertex(v).operation().slices().stream()
                .anyMatch(slices -> slices.role() == ChannelSlices.Role.TRAINABLE);
    }

    private int[] leavesWith() {
        int[] segmentOfGroup = new int[partition.count()];
        Arrays.fill(segmentOfGroup, NONE);
        int[][] consumers = graph.consumers();
        for (int s = 0; s < segments.size(); s++) {
            List<Integer> chain = segments.get(s).vertices();
            int last = chain.get(chain.size() - 1);
            boolean stacked = Arrays.stream(consumers[last])
                    .anyMatch(joint -> graph.vertex(joint).operation().map() instanceof ChannelMap.Stack);
            if (stacked) {
                int segment = s;
                IntStream.range(0, graph.vertex(last).channels())
                        .forEach(c -> segmentOfGroup[partition.group(last, c)] = segment);
            }
        }
        return segmentOfGroup;
    }

    private List<List<Loss>> losses() {
        List<List<Loss>> found = new ArrayList<>();
        segments.forEach(segment -> found.add(new ArrayList<>()));
        int[] counts = new int[segments.size()];
        for (int v = 0; v < graph.size(); v++) {
            for (int c = 0; c < graph.vertex(v).channels(); c++) {
                int segment = leavesWith(v, c);
                if (segment != NONE) {
                    counts[segment]++;
                }
            }
            for (int s = 0; s < counts.length; s++) {
                if (counts[s] > 0) {
                    found.get(s).add(new Loss(v, counts[s]));
                    counts[s] = 0;
                }
            }
        }
        return found;
    }
}
