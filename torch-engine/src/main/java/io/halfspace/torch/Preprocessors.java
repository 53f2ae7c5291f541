package io.halfspace.torch;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.preprocessor.Cnn3DToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.CnnToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.ComposableInputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnn3DPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToCnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;

/** Reshapes between kinds of layers. Where a tensor has the right rank already it is left alone, as Deeplearning4j does. */
final class Preprocessors {
    private Preprocessors() {}

    static Step.Unary flatten(CnnToFeedForwardPreProcessor preprocessor, Site site) {
        return (run, input) -> {
            if (input.rank() == 2) {
                return input;
            }
            return new Signal(rowsOf(input.value()), input.mask().map(Preprocessors::withoutPositions));
        };
    }

    static Step.Unary flattenVolume(Cnn3DToFeedForwardPreProcessor preprocessor, Site site) {
        return (run, input) -> input.rank() == 2 ? input : input.with(rowsOf(input.value()));
    }

    static Step.Unary unflatten(FeedForwardToCnnPreProcessor p, Site site) {
        return (run, input) -> input.rank() == 4
                ? input
                : input.with(input.value()
                        .reshape(input.size(0), p.getNumChannels(), p.getInputHeight(), p.getInputWidth()));
    }

    static Step.Unary unflattenVolume(FeedForwardToCnn3DPreProcessor p, Site site) {
        return (run, input) -> {
            if (input.rank() == 5) {
                return input;
            }
            long rows = input.size(0);
            return input.with(
                    p.isNCDHW()
                            ? input.value()
                                    .reshape(
                                            rows,
                                            p.getNumChannels(),
                                            p.getInputDepth(),
                                            p.getInputHeight(),
                                            p.getInputWidth())
                            : input.value()
                                    .reshape(
                                            rows,
                                            p.getInputDepth(),
                                            p.getInputHeight(),
                                            p.getInputWidth(),
                                            p.getNumChannels()));
        };
    }

    static Step.Unary toRows(RnnToFeedForwardPreProcessor preprocessor, Site site) {
        RNNFormat format = preprocessor.getRnnDataFormat();
        return (run, input) -> new Signal(
                input.rank() == 2 ? input.value() : Series.rows(input.value(), format),
                input.mask().map(mask -> new Mask(Series.maskRows(mask.values()), mask.active())));
    }

    static Step.Unary toSeries(FeedForwardToRnnPreProcessor preprocessor, Site site) {
        RNNFormat format = preprocessor.getRnnDataFormat();
        return (run, input) -> new Signal(
                Series.fromRows(input.value(), run.rows(), format),
                input.mask().map(mask -> new Mask(Series.maskFromRows(mask.values(), run.rows()), mask.active())));
    }

    static Step.Unary imagesToSeries(CnnToRnnPreProcessor preprocessor, Site site) {
        RNNFormat format = preprocessor.getRnnDataFormat();
        return (run, input) -> new Signal(
                Series.fromRows(rowsOf(input.value()), run.rows(), format),
                input.mask().map(mask -> new Mask(Series.maskFromRows(mask.values(), run.rows()), mask.active())));
    }

    static Step.Unary seriesToImages(RnnToCnnPreProcessor p, Site site) {
        RNNFormat format = p.getRnnDataFormat();
        return (run, input) -> {
            Tensor rows = Series.rows(input.value(), format);
            return new Signal(
                    rows.reshape(rows.size(0), p.getNumChannels(), p.getInputHeight(), p.getInputWidth()),
                    input.mask()
                            .map(mask -> new Mask(
                                    mask.values().t().reshape(mask.values().numel(), 1, 1, 1), mask.active())));
        };
    }

    static Step.Unary chain(ComposableInputPreProcessor chain, Site site) {
        Step[] steps = Arrays.stream(chain.getInputPreProcessors())
                .map(each -> TorchRules.step(each, site))
                .toArray(Step[]::new);
        return (run, input) -> {
            Signal signal = input;
            for (Step step : steps) {
                signal = step.apply(run, List.of(signal));
            }
            return signal;
        };
    }

    /** What a layer's preprocessor does before it; nothing if there is none. */
    static Step.Unary optional(InputPreProcessor preprocessor, Site site) {
        if (preprocessor == null) {
            return (run, input) -> input;
        }
        Step step = TorchRules.step(preprocessor, site);
        return (run, input) -> step.apply(run, List.of(input));
    }

    private static Tensor rowsOf(Tensor tensor) {
        return tensor.reshape(tensor.size(0), tensor.numel() / tensor.size(0));
    }

    private static Mask withoutPositions(Mask mask) {
        Tensor values = mask.values();
        if (values.dim() == 2) {
            return mask;
        }
        if (values.size(2) != 1 || values.size(3) != 1) {
            throw new IllegalArgumentException(
                    "Cannot flatten masked images: found a mask of %s, expected one value an example"
                            .formatted(Arrays.toString(Tensors.shape(values))));
        }
        return new Mask(values.reshape(values.size(0), values.size(1)), mask.active());
    }
}
