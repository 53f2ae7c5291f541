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
    Shape input() {
        return inputs.get(0);
    }

    int channels() {
        return output.channels();
    }

    long positions() {
        return output.positions();
    }
}
