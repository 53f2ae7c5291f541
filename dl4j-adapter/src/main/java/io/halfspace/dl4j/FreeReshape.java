package io.halfspace.dl4j;

import io.halfspace.graph.ChannelMap;
import io.halfspace.graph.Operation;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;

/**
 * A vertex that gives an array another shape. It can be cut if the values of one example stay together and every channel
 * on the one side is made of whole channels of the other. Cutting these takes whole blocks out of the values in their
 * order, so the rest falls into the same places.
 */
final class FreeReshape {
    private static final int NONE = -1;
    private static final int SEVERAL = -2;

    private FreeReshape() {}

    static Operation reshape(ReshapeVertex vertex, Site site) {
        boolean rows = vertex.getReshapeOrder() == 'c';
        boolean last = Joints.channelAxis(site.input()) != 1;
        int from = positions(site.input());
        int to = positions(site.output());
        int in = site.input().channels();
        int out = site.channels();
        if (from <= 0 || to <= 0 || (long) in * from != (long) out * to) {
            return Rules.unknown(site, "the size of what it reshapes is not known, or not that of one example");
        }
        if (last && (!rows || to > 1)) {
            return Rules.unknown(site, "it moves values from one channel to another");
        }
        IntUnaryOperator source = rows && !last ? i -> i / from : i -> i % in;
        IntUnaryOperator target = rows ? i -> i / to : i -> i % out;
        int[] sources = only(out, in * from, target, source);
        int[] targets = only(in, in * from, source, target);
        if (all(sources)) {
            return Reshapes.gathered(new ChannelMap.Gather(sources), site);
        }
        return all(targets)
                ? Reshapes.gathered(new ChannelMap.Fold(targets), site)
                : Rules.unknown(site, "it cuts channels apart");
    }

    static ReshapeVertex resized(ReshapeVertex vertex, Kept kept) {
        int[] shape = vertex.getNewShape().clone();
        shape[1] = kept.out();
        return new ReshapeVertex(vertex.getReshapeOrder(), shape, vertex.getMaskShape());
    }

    /** By key, the only value that it meets, or {@link #SEVERAL}. */
    private static int[] only(int keys, int values, IntUnaryOperator key, IntUnaryOperator value) {
        int[] only = new int[keys];
        Arrays.fill(only, NONE);
        for (int i = 0; i < values; i++) {
            int k = key.applyAsInt(i);
            int v = value.applyAsInt(i);
            only[k] = only[k] == NONE || only[k] == v ? v : SEVERAL;
        }
        return only;
    }

    private static boolean all(int[] only) {
        return Arrays.stream(only).allMatch(i -> i >= 0);
    }

    /** Values of one channel of one example; 0 where that is not known. */
    private static int positions(Shape shape) {
        return switch (shape.type().getType()) {
            case FF -> 1;
            case CNN -> Math.toIntExact(shape.positions());
            case RNN ->
                Math.toIntExact(Math.max(0, ((InputType.InputTypeRecurrent) shape.type()).getTimeSeriesLength()));
            default -> 0;
        };
    }
}
