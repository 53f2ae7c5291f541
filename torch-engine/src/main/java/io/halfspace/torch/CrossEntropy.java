package io.halfspace.torch;

import static io.halfspace.torch.Tensors.plus;

import io.halfspace.dl4j.Values;
import io.halfspace.torch.Activations.Activation;
import java.util.Optional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;

/**
 * The cross entropies, whose slopes Deeplearning4j simplifies: with softmax, outputs minus labels, whatever the labels add up
 * to and whatever the score was clipped to.
 */
final class CrossEntropy {
    private CrossEntropy() {}

    static Losses.Translated of(LossMCXENT function) {
        Optional<Values> weights = PointLoss.weights(function.getWeights());
        boolean indices = function instanceof LossSparseMCXENT;
        double clip = function.getSoftmaxClipEps();
        return (activation, translated) -> activation instanceof ActivationSoftmax
                ? new Softmax(translated, weights, clip, indices)
                : new Other(translated, weights, indices);
    }

    static Losses.Translated binary(LossBinaryXENT function) {
        Optional<Values> weights = PointLoss.weights(function.getWeights());
        return (activation, translated) -> new Binary(activation, translated, weights, function.getClipEps());
    }

    private static Tensor oneHot(Tensor labels, Tensor like, boolean indices) {
        return indices
                ? torch.one_hot(labels.reshape(labels.numel()).to(ScalarType.Long), like.size(1))
                        .to(like.scalar_type())
                : labels;
    }

    private record Softmax(Activation activation, Optional<Values> weights, double clip, boolean indices)
            implements Loss {
        @Override
        public Tensor activate(Tensor preOutput, Run run) {
            return activation.apply(preOutput, run);
        }

        @Override
        public Judged judge(Tensor given, Tensor preOutput, Optional<Tensor> mask, Run run) {
            Tensor labels = oneHot(given, preOutput, indices);
            if (mask.isPresent() && PointLoss.tellsLabelsApart(mask.get(), labels)) {
                throw new IllegalArgumentException(
                        "Cannot mask single labels of a cross entropy with softmax: found a mask of %d columns, expected 1"
                                .formatted(mask.get().size(1)));
            }
            Tensor output = activation.apply(preOutput, run);
            Tensor safe = clip > 0 ? Losses.clamp(output, clip, 1 - clip) : output;
            Tensor values = PointLoss.weighted(torch.log(safe).mul(labels), weights, run);
            Tensor slope;
            if (weights.isPresent()) {
                Tensor weighted = PointLoss.weighted(labels, weights, run);
                slope = output.mul(weighted.sum(new long[] {1}, true, new ScalarTypeOptional()))
                        .sub(weighted);
            } else {
                slope = output.sub(labels);
            }
            return new Judged(PointLoss.masked(values, mask).sum().neg(), PointLoss.masked(slope, mask));
        }
    }

    private record Other(Activation activation, Optional<Values> weights, boolean indices) implements Loss {
        @Override
        public Tensor activate(Tensor preOutput, Run run) {
            return activation.apply(preOutput, run);
        }

        @Override
        public Judged judge(Tensor given, Tensor preOutput, Optional<Tensor> mask, Run run) {
            Tensor labels = oneHot(given, preOutput, indices);
            Tensor output = activation.apply(preOutput, run);
            Tensor values = PointLoss.weighted(torch.log(output).mul(labels), weights, run);
            Tensor slope =
                    PointLoss.throughActivation(preOutput, labels.div(output).neg(), activation, run);
            return new Judged(
                    PointLoss.masked(values, mask).sum().neg(),
                    PointLoss.masked(PointLoss.weighted(slope, weights, run), mask));
        }
    }

    private record Binary(IActivation function, Activation activation, Optional<Values> weights, double clip)
            implements Loss {
        @Override
        public Tensor activate(Tensor preOutput, Run run) {
            return activation.apply(preOutput, run);
        }

        @Override
        public Judged judge(Tensor labels, Tensor preOutput, Optional<Tensor> mask, Run run) {
            Tensor output = activation.apply(preOutput, run);
            Tensor safe = clip > 0 ? Losses.clamp(output, clip, 1 - clip) : output;
            Tensor opposite = plus(safe.neg(), 1);
            Tensor values = function instanceof ActivationSoftmax
                    ? torch.log(output).mul(labels)
                    : torch.log(safe).mul(labels).add(torch.log(opposite).mul(plus(labels.neg(), 1)));
            Tensor slope = safe.sub(labels).div(safe.mul(opposite));
            if (mask.isPresent() && PointLoss.tellsLabelsApart(mask.get(), labels)) {
                slope = slope.mul(mask.get());
            }
            slope = PointLoss.weighted(PointLoss.throughActivation(preOutput, slope, activation, run), weights, run);
            return new Judged(
                    PointLoss.masked(PointLoss.weighted(values, weights, run), mask)
                            .sum()
                            .neg(),
                    PointLoss.masked(slope, mask));
        }
    }
}
