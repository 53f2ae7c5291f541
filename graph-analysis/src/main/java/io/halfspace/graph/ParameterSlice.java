package io.halfspace.graph;

/**
 * Part of the flat parameter vector: {@code runs} runs of {@code length} consecutive values, run r beginning at {@code
 * offset + r * stride}.
 *
 * @param offset position of the first value
 * @param length values in a run
 * @param stride distance between the beginnings of neighbouring runs
 * @param runs number of runs
 */
public record ParameterSlice(int offset, int length, int stride, int runs) {
    /** Number of values in the slice. */
    public int size() {
        return length * runs;
    }
}
