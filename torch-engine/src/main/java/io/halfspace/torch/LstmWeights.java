package io.halfspace.torch;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Weights of a long short-term memory as libtorch wants them. Autograd begins behind them: it would fill and add whole
 * matrices for each of the blocks, to put them back into Deeplearning4j's order.
 *
 * @param parameter {@code [in, 4 * size]}: cell input, forget, output and input gate
 * @param result {@code [4 * size, in]}: input gate, forget, cell input, output gate
 */
record LstmWeights(Parameter parameter, Tensor result) implements OwnGradient {
    /** By block of libtorch's, its place in Deeplearning4j's order. */
    private static final int[] LIBTORCH_ORDER = {3, 1, 0, 2};
    /** By block of Deeplearning4j's, its place in libtorch's order. */
    private static final int[] OWN_ORDER = {2, 1, 3, 0};

    /**
     * Reorders a parameter, whose gradient the pass then makes if it is wanted.
     *
     * @param parameter {@code [in, 4 * size]}
     * @return {@code [4 * size, in]}
     */
    static Tensor of(Run run, Parameter parameter) {
        Tensor given = run.tensor(parameter);
        Tensor result = torch.cat(ordered(given.detach().t(), LIBTORCH_ORDER), 0);
        if (run.training() && given.requires_grad()) {
            result.set_requires_grad(true);
            run.ownGradients().add(new LstmWeights(parameter, result));
        }
        return result;
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(parameter);
    }

    @Override
    public List<Tensor> held() {
        return List.of(result);
    }

    @Override
    public void gradient(Run run, Tensor slope, ParameterBuffer parameters) {
        torch.cat_out(parameters.slope(parameter).t(), ordered(slope, OWN_ORDER), 0);
    }

    /** The blocks of rows of a matrix in another order. */
    private static TensorVector ordered(Tensor rows, int[] order) {
        TensorVector blocks = torch.chunk(rows, order.length, 0);
        TensorVector ordered = new TensorVector();
        for (int place : order) {
            ordered.push_back(blocks.get(place));
        }
        return ordered;
    }
}
