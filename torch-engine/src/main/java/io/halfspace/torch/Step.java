package io.halfspace.torch;

import java.util.List;

/** What one vertex of the network does to what flows in. */
interface Step {
    /**
     * Computes the vertex's output.
     *
     * @param run the pass that this is part of
     * @param inputs in the vertex's order; not modified
     */
    Signal apply(Run run, List<Signal> inputs);

    /** A step of a vertex with one input. */
    interface Unary extends Step {
        Signal apply(Run run, Signal input);

        @Override
        default Signal apply(Run run, List<Signal> inputs) {
            return apply(run, inputs.get(0));
        }
    }
}
