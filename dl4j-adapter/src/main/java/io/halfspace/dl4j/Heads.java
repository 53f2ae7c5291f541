package io.halfspace.dl4j;

import io.halfspace.graph.ChannelSlices;
import io.halfspace.graph.Cost;
import io.halfspace.graph.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.inputs.InputType;

/**
 * The heads of an attention layer as channels, and their parameters: projections [heads, size, in] and output [heads *
 * size, out], both in C order. See {@link Attention}.
 *
 * @param count number of heads
 * @param size dimensions of one head
 */
record Heads(int count, int size) {
    Heads(int count, long size) {
        this(count, Math.toIntExact(size));
    }

    /** Number of values of a projection. */
    int projection(long in) {
        return Math.toIntExact(Math.multiplyExact(count * (long) size, in));
    }

    /** A part whose channels are the heads. */
    Part part(String suffix, List<Integer> reads, Function<Site, Operation> describe, Function<Kept, Object> resize) {
        return new Part(suffix, reads, inputs -> shape(inputs.get(0).positions()), describe, resize);
    }

    /** The projection of the values: what is zero if the head is. */
    List<ChannelSlices> values(int base, int input, int in) {
        return List.of(ChannelSlices.trainable(base, size * in, size * in, size * in, 1), reading(base, input, in));
    }

    /** The projection of queries or keys: it leaves with the head, and need not be zero. */
    List<ChannelSlices> leaving(int base, int input, int in) {
        return List.of(leaving(base, in), reading(base, input, in));
    }

    /** The part of {@link #leaving(int, int, int)} that belongs to the heads. */
    ChannelSlices leaving(int base, int in) {
        return new ChannelSlices(ChannelSlices.Role.STATISTIC, 0, base, size * in, size * in, size * in, 1);
    }

    private ChannelSlices reading(int base, int input, int in) {
        return ChannelSlices.consumer(input, base, 1, 1, in, count * size);
    }

    /** Queries, keys and values, one after the other from {@code base} on, all projected from one input. */
    List<ChannelSlices> ofOneInput(int base, int in) {
        List<ChannelSlices> slices = new ArrayList<>(leaving(base, 0, in));
        slices.addAll(leaving(base + projection(in), 0, in));
        slices.addAll(values(base + 2 * projection(in), 0, in));
        return slices;
    }

    /** Heads as new channels. */
    Operation stem(List<ChannelSlices> slices, Cost.Terms parameters, Cost.Terms flops, long positions) {
        return Operation.stem(count, true, slices, new Cost(parameters, Cost.Terms.ZERO, flops, size * positions));
    }

    /** Queries, keys and values brought together. */
    Operation joint(long queries, long keys) {
        Cost cost = new Cost(Cost.Terms.ZERO, Cost.Terms.ZERO, scores(queries, keys), size * queries);
        return Operation.joint(count, false, queries).withParameters(List.of(), cost);
    }

    /** Multiplications of the scores and of the weighted values. */
    Cost.Terms scores(long queries, long keys) {
        return Cost.Terms.perOut(2 * size * queries * keys);
    }

    /** The matrix product of all heads: weights [heads * size, out] at {@code base}. */
    Operation output(Site site, int base) {
        int out = site.channels();
        List<ChannelSlices> slices = List.of(columns(base, count * size, out), rows(base, out));
        Cost cost = new Cost(
                Cost.Terms.pair(size), Cost.Terms.ZERO, Cost.Terms.pair(size * site.positions()), site.positions());
        return Operation.stem(out, true, slices, cost);
    }

    /** The weights of {@link #output} that read a head. */
    ChannelSlices rows(int base, int out) {
        return ChannelSlices.consumer(0, base, size * out, size * out, size * out, 1);
    }

    /** The columns of a matrix [rows, columns] in C order. */
    static ChannelSlices columns(int base, int rows, int columns) {
        return ChannelSlices.trainable(base, 1, 1, columns, rows);
    }

    Shape shape(long positions) {
        return new Shape(InputType.recurrent(count), count, positions);
    }
}
