package io.halfspace.dl4j;

import java.util.List;

/**
 * Where a layer stands in its network.
 *
 * @param inputs what feeds it, after its preprocessor
 * @param output what it gives
 * @param offset position of its first parameter in the network's flat vector
 * @param parameters number of its parameters, running statistics included
 */
public record Site(List<Shape> inputs, Shape output, int offset, int parameters) {
    /** What feeds it, if there is one input. */
    public Shape input() {
        return inputs.get(0);
    }

    /** Channels that it gives. */
    public int channels() {
        return output.channels();
    }

    /** Values of one of these channels, for one example. */
    public long positions() {
        return output.positions();
    }
}
