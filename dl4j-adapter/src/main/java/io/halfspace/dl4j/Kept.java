package io.halfspace.dl4j;

import java.util.List;

/**
 * What stays around one vertex.
 *
 * @param inputs kept channels of each input, ascending
 * @param channels kept output channels, ascending
 */
public record Kept(List<int[]> inputs, int[] channels) {
    /** Number of channels that stay of the first input. */
    public int in() {
        return inputs.get(0).length;
    }

    /** Number of own channels that stay. */
    public int out() {
        return channels.length;
    }
}
