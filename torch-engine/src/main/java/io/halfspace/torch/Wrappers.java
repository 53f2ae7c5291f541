package io.halfspace.torch;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.rnn.DuplicateToTimeSeriesVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.graph.rnn.ReverseTimeSeriesVertex;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;

/** Layers around layers, and vertices that move steps of series. */
final class Wrappers {
    private Wrappers() {}

    static Step.Unary bidirectional(Bidirectional layer, Site site) {
        Step forwards = TorchRules.step(layer.getFwd(), site.prefixed("f"));
        Step backwards = TorchRules.step(layer.getBwd(), site.prefixed("b"));
        int time = format(layer.getFwd()) == RNNFormat.NWC ? 1 : 2;
        int channels = 3 - time;
        return (run, input) -> {
            Signal ahead = forwards.apply(run, List.of(input));
            Signal reversed = new Signal(
                    torch.flip(input.value(), time), input.mask().map(mask -> mask.with(torch.flip(mask.values(), 1))));
            Tensor back = backwards.apply(run, List.of(reversed)).value();
            Tensor a = ahead.value();
            Tensor b = back.dim() == 3 ? torch.flip(back, time) : back;
            return ahead.with(
                    switch (layer.getMode()) {
                        case ADD -> a.add(b);
                        case MUL -> a.mul(b);
                        case AVERAGE -> Tensors.times(a.add(b), 0.5);
                        case CONCAT -> torch.cat(Tensors.vector(a, b), a.dim() == 3 ? channels : 1);
                    });
        };
    }

    /** The last step that is present; the mask ends here. */
    static Step.Unary lastTimeStep(LastTimeStep layer, Site site) {
        Step inner = TorchRules.step(layer.getUnderlying(), site);
        boolean nwc = format(layer.getUnderlying()) == RNNFormat.NWC;
        Optional<Double> absent = layer.getUnderlying() instanceof MaskZeroLayer masking
                ? Optional.of(masking.getMaskingValue())
                : Optional.empty();
        return (run, input) -> {
            Signal states = inner.apply(
                    run, List.of(new Signal(input.value(), input.mask().map(mask -> mask.resetting(true)))));
            Tensor series = nwc ? states.value().movedim(1, 2) : states.value();
            Optional<Tensor> mask = absent.isPresent()
                    ? Optional.of(present(nwc ? input.value().movedim(1, 2) : input.value(), absent.get()))
                    : input.mask().map(Mask::values);
            return Signal.of(last(series, mask));
        };
    }

    /** Masks steps all of whose values are a given one. */
    static Step.Unary maskZero(MaskZeroLayer layer, Site site) {
        Step inner = TorchRules.step(layer.getUnderlying(), site);
        boolean nwc = format(layer.getUnderlying()) == RNNFormat.NWC;
        return (run, input) -> {
            Tensor series = nwc ? input.value().movedim(1, 2) : input.value();
            Mask mask = new Mask(present(series, layer.getMaskingValue()), true, true);
            return Signal.of(inner.apply(run, List.of(new Signal(input.value(), Optional.of(mask))))
                    .value());
        };
    }

    /**
     * Deeplearning4j lays steps out example by example, but their masks step by step, so that a masked layer masks rows of
     * other examples.
     */
    static Step.Unary timeDistributed(TimeDistributed layer, Site site) {
        Step inner = TorchRules.step(layer.getUnderlying(), site);
        int time = layer.getRnnDataFormat() == RNNFormat.NWC ? 1 : 2;
        return (run, input) -> {
            Tensor steps = input.value().movedim(time, 1);
            long examples = steps.size(0);
            Tensor rows = steps.reshape(examples * steps.size(1), steps.size(2));
            Optional<Mask> mask = input.mask().map(each -> each.with(Series.maskRows(each.values())));
            Signal output = inner.apply(run, List.of(new Signal(rows, mask)));
            Tensor series = output.value().reshape(examples, steps.size(1), output.size(1));
            return new Signal(
                    series.movedim(1, time),
                    output.mask().map(each -> each.with(Series.maskFromRows(each.values(), examples))));
        };
    }

    /** Computes as in inference; nothing is learned here or below. */
    static Step.Unary frozen(FrozenLayer layer, Site site) {
        Step inner = TorchRules.step(layer.getLayer(), site.frozenSite());
        return (run, input) -> {
            Signal output = inner.apply(run.inferring(), List.of(input));
            return output.with(output.value().detach());
        };
    }

    /** Computes as in inference and learns nothing, but layers below do. */
    static Step.Unary frozenWithBackprop(FrozenLayerWithBackprop layer, Site site) {
        Step inner = TorchRules.step(layer.getUnderlying(), site.frozenSite());
        return (run, input) -> inner.apply(run.inferring(), List.of(input));
    }

    /** A vertex without parameters that nothing is learned through. */
    static Step frozenVertex(FrozenVertex vertex, Site site) {
        if (vertex.getUnderlying() instanceof LayerVertex) {
            throw site.unsupported("there is no rule for a FrozenVertex around a layer, expected a FrozenLayer");
        }
        Step inner = TorchRules.step(vertex.getUnderlying(), site);
        return (run, inputs) -> {
            Signal output = inner.apply(run, inputs);
            return output.with(output.value().detach());
        };
    }

    /** The last step of a series that the mask of a network input says is present. */
    static Step.Unary lastTimeStepVertex(LastTimeStepVertex vertex, Site site) {
        return (run, input) -> Signal.of(last(
                input.value(),
                run.inputs().get(vertex.getMaskArrayInputName()).mask().map(Mask::values)));
    }

    /** Plain features at every step of a network input. */
    static Step.Unary duplicate(DuplicateToTimeSeriesVertex vertex, Site site) {
        return (run, input) -> {
            Signal like = run.inputs().get(vertex.getInputName());
            return new Signal(
                    input.value().unsqueeze(2).expand(input.size(0), input.size(1), like.size(2)), like.mask());
        };
    }

    /** Steps in reverse order; with a mask, those that are present among themselves. */
    static Step.Unary reverse(ReverseTimeSeriesVertex vertex, Site site) {
        return (run, input) -> {
            Optional<Tensor> mask = Optional.ofNullable(vertex.getMaskArrayInputName())
                    .flatMap(name -> run.inputs().get(name).mask())
                    .map(Mask::values);
            if (mask.isEmpty()) {
                return input.with(torch.flip(input.value(), 2));
            }
            Tensor places = run.device().take(mirrored(mask.get()));
            Tensor gathered = torch.gather(input.value(), 2, places.unsqueeze(1).expand(Tensors.shape(input.value())));
            return input.with(gathered.mul(mask.get().unsqueeze(1)));
        };
    }

    /** For each step of each row that is present, the step that it gets its values from. */
    private static Tensor mirrored(Tensor mask) {
        float[] present = Tensors.values(mask).floats();
        int rows = (int) mask.size(0);
        int steps = (int) mask.size(1);
        int[] places = new int[rows * steps];
        for (int row = 0; row < rows; row++) {
            int base = row * steps;
            int[] at = IntStream.range(0, steps)
                    .filter(step -> present[base + step] != 0)
                    .toArray();
            for (int i = 0; i < at.length; i++) {
                places[base + at[i]] = at[at.length - 1 - i];
            }
        }
        return Tensors.of(places, new int[] {rows, steps}).to(ScalarType.Long);
    }

    /** {@code [rows, steps]}: 0 where all channels have the value. */
    private static Tensor present(Tensor series, double absent) {
        return torch.any(series.ne(new Scalar(absent)), 1).to(series.scalar_type());
    }

    /** Taken with steps outermost, as a recurrent layer gives them: its gradient comes in the same order, without a copy. */
    private static Tensor last(Tensor series, Optional<Tensor> mask) {
        long steps = series.size(2);
        Tensor stepsFirst = series.movedim(2, 0);
        if (mask.isEmpty()) {
            return stepsFirst.select(0, steps - 1);
        }
        Tensor numbers = torch.cumsum(torch.ones_like(mask.get()), 1);
        Tensor lasts = mask.get().ne(new Scalar(0.0)).mul(numbers).argmax(new LongOptional(1), true);
        Tensor places = lasts.unsqueeze(0).expand(1, series.size(0), series.size(1));
        return torch.gather(stepsFirst, 0, places).squeeze(0);
    }

    /** The layout of what a layer gives. */
    private static RNNFormat format(Layer layer) {
        if (layer instanceof BaseRecurrentLayer recurrent) {
            return recurrent.getRnnDataFormat();
        }
        if (layer instanceof MaskZeroLayer masking) {
            return format(masking.getUnderlying());
        }
        if (layer instanceof LastTimeStep last) {
            return format(last.getUnderlying());
        }
        if (layer instanceof Bidirectional both) {
            return format(both.getFwd());
        }
        return RNNFormat.NCW;
    }
}
