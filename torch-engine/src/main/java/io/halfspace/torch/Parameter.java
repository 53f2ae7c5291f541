package io.halfspace.torch;

/**
 * A tensor of the flat parameter vector.
 *
 * @param index number of the tensor, from 0
 * @param key what its layer calls it
 * @param offset of its first value
 * @param shape lengths of its axes
 * @param strides in values
 */
record Parameter(int index, String key, int offset, long[] shape, long[] strides) {
    int length() {
        long product = 1;
        for (long size : shape) {
            product *= size;
        }
        return Math.toIntExact(product);
    }
}
