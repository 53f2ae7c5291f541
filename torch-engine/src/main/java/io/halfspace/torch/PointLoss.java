package io.halfspace.torch;

import static io.halfspace.torch.Tensors.times;

import io.halfspace.dl4j.Values;
import io.halfspace.torch.Activations.Activation;
import java.util.Optional;
import java.util.function.BinaryOperator;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A loss that is a sum over labels.
 *
 * @param value the loss of each label, from labels and outputs
 * @param slope its derivative after each output
 * @param weights of the columns
 * @param averaged whether it is divided by the number of columns
 */
record PointLoss(BinaryOperator<Tensor> value, BinaryOperator<Tensor> slope, Optional<Values> weights, boolean averaged)
        implements Losses.Translated {
    static PointLoss of(BinaryOperator<Tensor> value, BinaryOperator<Tensor> slope) {
        return new PointLoss(value, slope, Optional.empty(), false);
    }

    PointLoss weighted(INDArray row) {
        return new PointLoss(value, slope, weights(row), averaged);
    }

    PointLoss perColumn() {
        return new PointLoss(value, slope, weights, true);
    }

    static Optional<Values> weights(INDArray row) {
        return Optional.ofNullable(row).map(array -> {
            double[] values = array.toDoubleVector();
            return Values.of(values, 1, values.length);
        });
    }

    @Override
    public Loss withActivation(IActivation activation, Activation translated) {
        return new Activated(this, activation, translated);
    }

    /** Multiplies by weights of the columns, if there are any. */
    static Tensor weighted(Tensor tensor, Optional<Values> weights, Run run) {
        return weights.map(row -> tensor.mul(run.device().take(Tensors.of(row, run.type()))))
                .orElse(tensor);
    }

    static Tensor masked(Tensor tensor, Optional<Tensor> mask) {
        return mask.map(tensor::mul).orElse(tensor);
    }

    /** Whether a mask tells labels of one row apart. */
    static boolean tellsLabelsApart(Tensor mask, Tensor labels) {
        return mask.size(1) != 1 || labels.size(1) == 1;
    }

    /**
     * Takes a derivative after outputs back to pre-outputs.
     *
     * @param preOutput outside of the autograd graph
     */
    static Tensor throughActivation(Tensor preOutput, Tensor slope, Activation activation, Run run) {
        Tensor leaf = preOutput.detach();
        leaf.set_requires_grad(true);
        Tensor output = activation.apply(leaf, run);
        return torch.grad(
                        Tensors.vector(output),
                        Tensors.vector(leaf),
                        Tensors.vector(slope),
                        new BoolOptional(),
                        false,
                        false)
                .get(0);
    }

    private record Activated(PointLoss loss, IActivation activation, Activation translated) implements Loss {
        @Override
        public Tensor activate(Tensor preOutput, Run run) {
            return translated.apply(preOutput, run);
        }

        @Override
        public Judged judge(Tensor labels, Tensor preOutput, Optional<Tensor> mask, Run run) {
            Tensor output = translated.apply(preOutput, run);
            double factor = loss.averaged ? 1.0 / labels.size(1) : 1;
            Tensor values = masked(weighted(loss.value.apply(labels, output), loss.weights, run), mask);
            Tensor slope = weighted(loss.slope.apply(labels, output), loss.weights, run);
            // A softmax mixes labels: those that do not count must not enter, nor get anything.
            if (mask.isPresent() && tellsLabelsApart(mask.get(), labels)) {
                slope = slope.mul(mask.get());
            }
            if (!(activation instanceof ActivationIdentity)) {
                slope = throughActivation(preOutput, slope, translated, run);
            }
            return new Judged(times(values.sum(), factor), times(masked(slope, mask), factor));
        }
    }
}
