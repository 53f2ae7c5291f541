package io.halfspace.torch;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A matrix product on the processor whose weights autograd takes for constants: their gradient is made from that of the result,
 * where it is to lie. If the product is apart, autograd does not see it at all, and the gradients of its bias and of its rows
 * are made here, too.
 *
 * @param weight {@code [in, out]}, in F order
 * @param bias what is added, of a product that is apart
 * @param rows {@code [rows, in]}; of a product that is apart, where the autograd graph of what is before it ends, if there is one
 * @param result {@code [rows, out]}; of a product that is apart, a leaf of the graph of what is behind it
 * @param unseen whether the product is apart
 */
record Product(Parameter weight, Optional<Parameter> bias, Tensor rows, Tensor result, boolean unseen)
        implements OwnGradient {
    static boolean isFor(Parameter weight) {
        return weight.shape().length == 2 && weight.strides()[0] == 1 && weight.strides()[1] == weight.shape()[0];
    }

    /**
     * A product that autograd does not see.
     *
     * @param rows may end an autograd graph
     */
    static Product apart(Run run, Tensor rows, Parameter weight, Optional<Parameter> bias) {
        Tensor factor = run.tensor(weight).detach();
        Optional<Tensor> shift = bias.map(each -> run.tensor(each).detach().reshape(factor.size(1)));
        Tensor given = rows.detach();
        Tensor result = BlockProducts.fits(run.type(), rows.size(0))
                ? BlockProducts.forward(given, factor, shift)
                : whole(factor, shift, given);
        return new Product(weight, bias, new Tensor(rows), result, true);
    }

    /**
     * {@code rows * weight}, plus a bias, by one product of BLAS's.
     *
     * @param weight {@code [in, out]}, in F order
     * @param bias {@code [out]}
     * @return {@code [rows, out]}, in F order
     */
    static Tensor whole(Tensor weight, Optional<Tensor> bias, Tensor rows) {
        return bias.map(shift -> torch.addmm(shift.unsqueeze(1), weight.t(), rows.t()))
                .orElseGet(() -> torch.mm(weight.t(), rows.t()))
                .t();
    }

    @Override
    public Optional<Product> apart() {
        return unseen ? Optional.of(this) : Optional.empty();
    }

    @Override
    public List<Parameter> parameters() {
        return Stream.concat(Stream.of(weight), bias.stream()).toList();
    }

    @Override
    public List<Tensor> held() {
        return List.of(rows, result);
    }

    @Override
    public void gradient(Run run, Tensor slope, ParameterBuffer parameters) {
        Tensor into = parameters.slope(weight);
        Tensor given = rows.detach();
        if (BlockProducts.fits(run.type(), given.size(0))) {
            BlockProducts.weights(given, slope, into);
        } else {
            torch.mm_out(into.t(), slope.t(), given);
        }
        bias.ifPresent(each -> torch.sum_out(parameters.slope(each).reshape(slope.size(1)), slope, 0));
    }

    /** Gradient of the rows, in their order, of a product that is apart. */
    Tensor rowSlope(Run run, Tensor slope) {
        Tensor factor = run.tensor(weight).detach();
        Tensor inColumns = BlockProducts.fits(run.type(), slope.size(0))
                ? BlockProducts.backward(slope, factor)
                : torch.mm(factor, slope.t()).t();
        return rows.stride(0) == 1 ? inColumns : inColumns.contiguous();
    }
}
