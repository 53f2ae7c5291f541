package io.halfspace.torch;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/** The loss of an output layer, activation included. */
interface Loss {
    /** What the layer answers for pre-outputs. */
    Tensor activate(Tensor preOutput, Run run);

    /**
     * Judges pre-outputs as Deeplearning4j does.
     *
     * @param labels one row an example or position
     * @param preOutput in the same rows, outside of the autograd graph
     * @param mask weights of rows, or of single labels
     */
    Judged judge(Tensor labels, Tensor preOutput, Optional<Tensor> mask, Run run);

    /**
     * A loss and its slope.
     *
     * @param sum of the loss over rows and columns, a scalar
     * @param slope what Deeplearning4j takes for the derivative of the sum after each pre-output; where clipping makes the
     *     two differ it is the one that it trains with
     */
    record Judged(Tensor sum, Tensor slope) {}
}
