package io.halfspace.torch;

import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * Something of a forward pass whose parameters autograd takes for constants: it makes their gradients itself, where they are
 * to lie.
 */
interface OwnGradient {
    /** What autograd gives a gradient of. */
    Tensor result();

    /** The parameters whose gradients it makes. */
    List<Parameter> parameters();

    /** All that the backward pass needs. */
    List<Tensor> held();

    /**
     * Makes the gradients of the parameters.
     *
     * @param slope gradient of the result; not modified
     * @param parameters whose gradients are overwritten
     */
    void gradient(Run run, Tensor slope, ParameterBuffer parameters);

    /** The product that this is, if autograd does not see it at all. */
    default Optional<Product> apart() {
        return Optional.empty();
    }
}
