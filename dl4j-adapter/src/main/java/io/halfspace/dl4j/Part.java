package io.halfspace.dl4j;

import io.halfspace.graph.Operation;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * One vertex of the trace that a configuration (of a layer, vertex or preprocessor) stands for. Most stand for one;
 * attention, whose heads leave as wholes, and layers of two directions stand for several.
 *
 * @param suffix what its name adds to the layer's name; empty for the part that is named like the layer
 * @param reads what feeds it: earlier parts by index, single inputs of the layer by {@link #input}; empty for all inputs
 *     of the layer
 * @param gives what it gives, from the inputs of the layer
 * @param describe how zero channels travel through it
 * @param resize the whole configuration, changed for fewer channels of this part and of what feeds it: a new one, or the
 *     old one modified
 */
record Part(
        String suffix,
        List<Integer> reads,
        Function<List<Shape>, Shape> gives,
        Function<Site, Operation> describe,
        Function<Kept, Object> resize) {

    /** Stands among {@link #reads} for one input of the layer. */
    static int input(int index) {
        return -1 - index;
    }

    /** What feeds the part: {@code own} of the inputs of the layer, {@code parts} of the earlier parts. */
    <V> List<V> reading(List<V> own, List<V> parts) {
        return reads.isEmpty()
                ? own
                : reads.stream()
                        .map(r -> r < 0 ? own.get(-1 - r) : parts.get(r))
                        .toList();
    }

    /** The part that is named like the layer and gives what the layer gives. */
    static Part whole(
            Object configuration,
            List<Integer> reads,
            Function<Site, Operation> describe,
            Function<Kept, Object> resize) {
        return new Part("", reads, inputs -> Outputs.of(configuration, inputs), describe, resize);
    }

    /** The same part of a wrapper around the layer. */
    Part inside(Function<Kept, Object> resizedWrapper, UnaryOperator<Operation> change) {
        return new Part(suffix, reads, gives, describe.andThen(change), resizedWrapper);
    }
}
