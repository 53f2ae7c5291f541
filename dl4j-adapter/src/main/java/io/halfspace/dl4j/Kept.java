package io.halfspace.dl4j;

import java.util.List;

/**
 * What stays around one vertex.
 *
 * @param inputs kept channels of each input, ascending
 * @param channels kept output channels, ascending
 */
public record Kept(List<int[]> inputs, int[] channels) {
    int in() {
        return inputs.get(0).length;
    }

    int out() {
        return channels.length;
    }
}
