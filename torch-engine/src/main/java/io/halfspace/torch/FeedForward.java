package io.halfspace.torch;

import io.halfspace.torch.Activations.Activation;
import java.util.Optional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.deeplearning4j.nn.conf.layers.misc.RepeatVector;
import org.deeplearning4j.nn.conf.layers.util.MaskLayer;

/** Layers on plain features, and those that take any shape. Masks hold one value a row. */
final class FeedForward {
    private FeedForward() {}

    static Step.Unary dense(DenseLayer layer, Site site) {
        withoutNoise(layer, site);
        Step.Unary dropout = Dropouts.of(layer.getIDropout(), site);
        Affine affine = Affine.of(site);
        Optional<Parameter> gain = site.optionalWeight("g");
        Activation activation = Activations.of(layer.getActivationFn(), site);
        return (run, input) -> {
            Tensor x = dropout.apply(run, input).value();
            Tensor z = gain.isPresent()
                    ? affine.shifted(run, layerNorm(affine.product(run, x), run.tensor(gain.get())))
                    : affine.apply(run, x);
            return activated(input.with(masked(z, input)).overwritable(), activation, run);
        };
    }

    /** Masks rows behind the activation again. */
    private static Signal activated(Signal rows, Activation activation, Run run) {
        Signal result = activation.apply(rows, run);
        return result.mask().isPresent() ? result.with(masked(result.value(), result)) : result;
    }

    static Step.Unary elementWiseMultiplication(ElementWiseMultiplicationLayer layer, Site site) {
        withoutNoise(layer, site);
        Step.Unary dropout = Dropouts.of(layer.getIDropout(), site);
        Parameter weight = site.weight("W");
        Parameter bias = site.weight("b");
        Activation activation = Activations.of(layer.getActivationFn(), site);
        return (run, input) -> {
            Tensor x = dropout.apply(run, input).value();
            Tensor z = x.mul(run.tensor(weight)).add(run.tensor(bias));
            return input.with(activation.apply(masked(z, input), run));
        };
    }

    static Step.Unary activation(ActivationLayer layer, Site site) {
        Activation activation = Activations.of(layer.getActivationFn(), site);
        return (run, input) -> activation.apply(input, run);
    }

    static Step.Unary dropout(DropoutLayer layer, Site site) {
        Step.Unary dropout = Dropouts.of(layer.getIDropout(), site);
        return (run, input) -> input.with(masked(dropout.apply(run, input).value(), input));
    }

    static Step.Unary mask(MaskLayer layer, Site site) {
        return (run, input) -> input.mask().isEmpty()
                ? input
                : input.with(input.value()
                        .mul(
                                input.rank() == 2
                                        ? input.mask().get().values()
                                        : Rows.maskAlong(
                                                input.mask().get().values(), Tensors.shape(input.value()), 1)));
    }

    static Step.Unary repeat(RepeatVector layer, Site site) {
        Step.Unary dropout = Dropouts.of(layer.getIDropout(), site);
        int axis = layer.getDataFormat() == RNNFormat.NWC ? 1 : 2;
        return (run, input) -> {
            Tensor x = dropout.apply(run, input).value().unsqueeze(axis);
            long[] shape = Tensors.shape(x);
            shape[axis] = layer.getN();
            return input.with(x.expand(shape));
        };
    }

    static Step.Unary parametricRelu(PReLULayer layer, Site site) {
        Step.Unary dropout = Dropouts.of(layer.getIDropout(), site);
        Parameter slope = site.weight("W");
        return (run, input) -> {
            Tensor x = dropout.apply(run, input).value();
            return input.with(
                    torch.relu(x).sub(torch.relu(x.neg()).mul(run.tensor(slope).unsqueeze(0))));
        };
    }

    static Step.Unary embedding(EmbeddingLayer layer, Site site) {
        Table table = Table.of(layer.hasBias(), site);
        Activation activation = Activations.of(layer.getActivationFn(), site);
        return (run, input) -> {
            Tensor rows = table.rows(run, input.value().reshape(input.value().numel()));
            return input.with(masked(activation.apply(rows, run), input));
        };
    }

    static Step.Unary embeddingSequence(EmbeddingSequenceLayer layer, Site site) {
        Table table = Table.of(layer.hasBias(), site);
        Activation activation = Activations.of(layer.getActivationFn(), site);
        RNNFormat format = layer.getOutputFormat();
        return (run, input) -> {
            long examples = input.size(0);
            long steps = input.value().numel() / examples;
            Tensor found = table.rows(run, input.value().reshape(examples, steps));
            Tensor series = activation.apply(format == RNNFormat.NWC ? found : found.permute(0, 2, 1), run);
            return input.with(input.mask()
                    .map(mask -> series.mul(Series.maskAlong(mask.values(), format)))
                    .orElse(series));
        };
    }

    /** Multiplies rows by a mask of one value a row. */
    static Tensor masked(Tensor rows, Signal input) {
        return input.mask().map(mask -> rows.mul(mask.values())).orElse(rows);
    }

    static void withoutNoise(BaseLayer layer, Site site) {
        if (layer.getWeightNoise() != null) {
            throw site.unsupported("there is no rule for weight noise");
        }
    }

    /** Rows less their mean, over their standard deviation, times a gain. */
    static Tensor layerNorm(Tensor rows, Tensor gain) {
        Tensor centred = rows.sub(rows.mean(new long[] {1}, true, new ScalarTypeOptional()));
        Tensor variance = torch.square(centred).mean(new long[] {1}, true, new ScalarTypeOptional());
        return centred.div(torch.sqrt(variance)).mul(gain);
    }

    /** A table of vectors, one for each index. */
    private record Table(Parameter weight, Optional<Parameter> bias) {
        static Table of(boolean hasBias, Site site) {
            return new Table(site.weight("W"), hasBias ? Optional.of(site.weight("b")) : Optional.empty());
        }

        Tensor rows(Run run, Tensor indices) {
            Tensor found = torch.embedding(run.tensor(weight), indices.to(ScalarType.Long));
            return bias.map(shift -> found.add(run.tensor(shift))).orElse(found);
        }
    }
}
