package io.halfspace.graph;

import java.util.Objects;

/**
 * What one operation costs, as functions of its live input and output channels.
 *
 * @param parameters trainable parameters
 * @param statistics running statistics stored beside the parameters
 * @param flops multiplications for one example, as the published tables count them: convolutions and dense products
 *     only, all else 0
 * @param positions values of one output channel for one example (height times width, time steps): activation size
 */
public record Cost(Terms parameters, Terms statistics, Terms flops, long positions) {
    /** A cost of nothing but activations. */
    public static Cost free(long positions) {
        return new Cost(Terms.ZERO, Terms.ZERO, Terms.ZERO, positions);
    }

    public Cost {
        Objects.requireNonNull(parameters, "parameters");
        Objects.requireNonNull(statistics, "statistics");
        Objects.requireNonNull(flops, "flops");
    }

    /**
     * {@code pair * in * out + square * out * out + perOut * out + perIn * in + constant}, where {@code in} counts the
     * live channels of all inputs together.
     */
    public record Terms(long pair, long square, long perOut, long perIn, long constant) {
        public static final Terms ZERO = new Terms(0, 0, 0, 0, 0);

        public static Terms pair(long factor) {
            return new Terms(factor, 0, 0, 0, 0);
        }

        public static Terms perOut(long factor) {
            return new Terms(0, 0, factor, 0, 0);
        }

        public static Terms constant(long value) {
            return new Terms(0, 0, 0, 0, value);
        }

        public Terms plus(Terms other) {
            return new Terms(
                    pair + other.pair,
                    square + other.square,
                    perOut + other.perOut,
                    perIn + other.perIn,
                    constant + other.constant);
        }

        public long at(long in, long out) {
            return pair * in * out + square * out * out + perOut * out + perIn * in + constant;
        }
    }
}
