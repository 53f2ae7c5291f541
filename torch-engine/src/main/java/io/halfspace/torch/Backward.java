package io.halfspace.torch;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** A backward pass: by autograd from the outputs to the last product that is apart from it, and so on from that one's rows. */
final class Backward {
    private final Run run;
    private final ParameterBuffer parameters;
    private final Set<Parameter> missing;
    private final Set<Parameter> written = new HashSet<>();

    /**
     * Prepares the pass.
     *
     * @param run the forward pass, with what it collected
     * @param parameters whose gradients are overwritten
     * @param trained parameters that gradients are wanted of
     */
    Backward(Run run, ParameterBuffer parameters, Set<Parameter> trained) {
        this.run = run;
        this.parameters = parameters;
        missing = new LinkedHashSet<>(trained);
    }

    /** Ends of an autograd graph, and the slopes of the loss at them. */
    private record Ends(TensorVector tensors, TensorVector slopes) {}

    /**
     * Runs the pass, once.
     *
     * @param outputs of the forward pass
     * @param slopes of the loss, at the outputs
     * @return the parameters that have a gradient
     */
    Set<Parameter> run(TensorVector outputs, TensorVector slopes) {
        List<OwnGradient> all = run.ownGradients();
        int to = all.size();
        Optional<Ends> ends = Optional.of(new Ends(outputs, slopes));
        while (ends.isPresent()) {
            int from = to;
            while (from > 0 && (from == to || all.get(from).apart().isEmpty())) {
                from--;
            }
            ends = part(all.subList(from, to), ends.get());
            to = from;
        }
        return written;
    }

    /**
     * Runs back through one autograd graph.
     *
     * @param pieces in it; the first one may be apart and then is what the graph begins at
     * @return where to go on
     */
    @SuppressWarnings("try")
    private Optional<Ends> part(List<OwnGradient> pieces, Ends ends) {
        List<Parameter> wanted = List.copyOf(missing);
        TensorVector leaves = new TensorVector();
        wanted.forEach(each -> leaves.push_back(parameters.leaf(each)));
        pieces.forEach(each -> leaves.push_back(each.result()));
        TensorVector gradients = torch.grad(ends.tensors(), leaves, ends.slopes(), new BoolOptional(), false, true);
        try (NoGradGuard guard = new NoGradGuard()) {
            for (int i = 0; i < wanted.size(); i++) {
                Tensor gradient = gradients.get(i);
                if (gradient.defined()) {
                    parameters.slope(wanted.get(i)).copy_(gradient);
                    write(wanted.get(i));
                }
            }
            Optional<Ends> before = Optional.empty();
            for (int i = 0; i < pieces.size(); i++) {
                OwnGradient piece = pieces.get(i);
                Tensor slope = gradients.get(wanted.size() + i);
                if (slope.defined()) {
                    piece.gradient(run, slope, parameters);
                    piece.parameters().forEach(this::write);
                    Optional<Product> cut =
                            piece.apart().filter(product -> product.rows().requires_grad());
                    if (cut.isPresent()) {
                        Product product = cut.get();
                        before = Optional.of(
                                new Ends(Tensors.vector(product.rows()), Tensors.vector(product.rowSlope(run, slope))));
                    }
                }
            }
            return before;
        }
    }

    private void write(Parameter parameter) {
        if (!written.add(parameter)) {
            throw new IllegalStateException(
                    "Parameter %d has two gradients, expected one".formatted(parameter.index()));
        }
        missing.remove(parameter);
    }
}
