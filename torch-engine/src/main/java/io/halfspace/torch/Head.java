package io.halfspace.torch;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * An output layer: what it answers, and what its loss compares with labels.
 *
 * <p>Losses see one row an example or position and one column a channel.
 */
interface Head {
    /** What the loss's activation is applied to: {@code [rows * positions, channels]}. */
    Tensor preOutput(Run run, Signal input);

    /** Labels in the rows of {@link #preOutput}. */
    Tensor labels(Tensor labels);

    /** A label mask in the rows of {@link #preOutput}, with one column or one a channel. */
    Tensor mask(Tensor mask, long[] labelShape);

    /** Pre-outputs as the loss sees them where there is a mask: Deeplearning4j masks those of plain features, too. */
    Tensor scaled(Tensor preOutput, Tensor mask);

    /** Activations in inference mode, in the layout of the network. */
    Tensor answer(Run run, Signal input, Optional<Tensor> labelMask);

    /** Whether the mask of its input masks the gradient where labels have none, as with plain features. */
    boolean takesInputMask();

    Loss loss();
}
