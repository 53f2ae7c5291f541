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
    private static final int[] LIBTORCH_ORDER = {3, 1, 0, 2};

    /**
     * Reorders a parameter, whose gradient the pass then makes if it is wanted.
     *
     * @param parameter {@code [in, 4 * size]}
     * @return {@code [4 * size, in]}
     */
    static Tensor of(Run run, Parameter parameter) {
        Tensor given = run.tensor(parameter);
        Tensor blocks = given.detach().t();
        long size = blocks.size(0) / LIBTORCH_ORDER.length;
        TensorVector ordered = new TensorVector();
        for (int block : LIBTORCH_ORDER) {
            ordered.push_back(blocks.narrow(0, block * size, size));
        }
        Tensor result = torch.cat(ordered, 0);
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
        Tensor into = parameters.slope(parameter).t();
        long size = into.size(0) / LIBTORCH_ORDER.length;
        for (int i = 0; i < LIBTORCH_ORDER.length; i++) {
            into.narrow(0, LIBTORCH_ORDER[i] * size, size).copy_(slope.narrow(0, i * size, size));
        }
    }
}
