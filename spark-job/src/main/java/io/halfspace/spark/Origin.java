package io.halfspace.spark;

import io.halfspace.graph.Remainder;
import java.util.Optional;

/**
 * What a network was cut out of.
 *
 * @param network the network before the cut
 * @param parameters its parameters then; not modified
 * @param remainder what stayed of them
 * @param before what that network was cut out of itself
 */
record Origin(Network network, float[] parameters, Remainder remainder, Optional<Origin> before) {
    /** The cut before all others. */
    Origin firstCut() {
        return before.map(Origin::firstCut).orElse(this);
    }

    /**
     * Parameters of the network before all cuts that make it compute what the cut one does: those that stayed as they are
     * now, those that left as they were then. {@code kept} is not modified.
     */
    float[] inFirst(float[] kept) {
        float[] full = parameters.clone();
        remainder.scatter(kept, full);
        return before.map(origin -> origin.inFirst(full)).orElse(full);
    }
}
