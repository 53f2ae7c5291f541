package io.halfspace.torch;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A matrix product with weights {@code [in, out]} (F order, so that no copy is needed), and a bias. */
record Affine(Parameter weight, Optional<Parameter> bias) {
    static Affine of(Site site) {
        return new Affine(site.weight("W"), site.optionalWeight("b"));
    }

    Tensor apply(Run run, Tensor rows) {
        return bias.isPresent()
                ? torch.addmm(run.tensor(bias.get()).reshape(weight.shape()[1]), rows, run.tensor(weight))
                : product(run, rows);
    }

    Tensor product(Run run, Tensor rows) {
        return torch.mm(rows, run.tensor(weight));
    }

    Tensor shifted(Run run, Tensor product) {
        return bias.map(shift -> product.add(run.tensor(shift))).orElse(product);
    }
}
