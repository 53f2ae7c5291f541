package io.halfspace.torch;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A matrix product with weights {@code [in, out]} (F order, so that no copy is needed), and a bias.
 *
 * <p>With more outputs than rows, on the processor and in one precision, its result is in F order: BLAS then has the weights
 * for its second factor, which OpenBLAS packs piece by piece while it multiplies, and makes the gradients in the same order.
 * Where the pass allows it, such a product is computed apart from autograd.
 */
record Affine(Parameter weight, Optional<Parameter> bias) {
    static Affine of(Site site) {
        return new Affine(site.weight("W"), site.optionalWeight("b"));
    }

    Tensor apply(Run run, Tensor rows) {
        return product(run, rows, bias);
    }

    Tensor product(Run run, Tensor rows) {
        return product(run, rows, Optional.empty());
    }

    private Tensor product(Run run, Tensor rows, Optional<Parameter> shift) {
        if (isWide(run, rows)) {
            return run.apart() && run.tensor(weight).requires_grad()
                    ? apart(run, rows, shift)
                    : learned(run, rows, shift);
        }
        return shift.map(each -> torch.addmm(run.tensor(each).reshape(outputs()), rows, run.tensor(weight)))
                .orElseGet(() -> torch.mm(rows, run.tensor(weight)));
    }

    Tensor shifted(Run run, Tensor product) {
        return bias.map(shift -> product.add(run.tensor(shift))).orElse(product);
    }

    private boolean isWide(Run run, Tensor rows) {
        return !run.device().isGpu()
                && run.device().precision() != Precision.BF16
                && Product.isFor(weight)
                && outputs() > rows.size(0);
    }

    private Tensor apart(Run run, Tensor rows, Optional<Parameter> shift) {
        Product product = Product.apart(run, rows, weight, shift);
        if (run.training()) {
            product.result().set_requires_grad(true);
            run.ownGradients().add(product);
        }
        return product.result();
    }

    /** The result, whose weights learn from its gradient if they do at all. */
    private Tensor learned(Run run, Tensor rows, Optional<Parameter> shift) {
        Tensor result = Product.whole(
                run.tensor(weight).detach(), shift.map(each -> run.tensor(each).reshape(outputs())), rows);
        if (run.training() && run.tensor(weight).requires_grad()) {
            if (!result.requires_grad()) {
                result.set_requires_grad(true);
            }
            run.ownGradients().add(new Product(weight, Optional.empty(), rows.detach(), result, false));
        }
        return result;
    }

    private long outputs() {
        return weight.shape()[1];
    }
}
