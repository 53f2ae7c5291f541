package io.halfspace.torch;

import io.halfspace.torch.Activations.Activation;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution3D;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;

/** Convolutions in one, two and three dimensions. */
final class Convolutions {
    private Convolutions() {}

    static Step.Unary plain(ConvolutionLayer layer, Site site) {
        Window window = window(layer);
        Kernel kernel = Kernel.of(site);
        return images(layer, site, new Plain(kernel, window), Masks.image(window));
    }

    static Step.Unary depthwise(ConvolutionLayer layer, Site site) {
        Window window = window(layer);
        Kernel kernel = Kernel.of(site);
        return images(
                layer,
                site,
                (run, x) -> depthwise(run, x, kernel, new int[] {2, 3, 0, 1}, window),
                Masks.image(window));
    }

    static Step.Unary separable(SeparableConvolution2D layer, Site site) {
        Window window = window(layer);
        Kernel first = new Kernel(site.weight("W"), Optional.empty());
        Kernel second = new Kernel(site.weight("pW"), site.optionalWeight("b"));
        Window point = new Window(
                new long[] {1, 1}, new long[] {1, 1}, new long[] {0, 0}, new long[] {1, 1}, ConvolutionMode.Truncate);
        return images(
                layer,
                site,
                (run, x) -> convolve(run, depthwise(run, x, first, new int[] {1, 0, 2, 3}, window), second, point),
                Masks.image(window));
    }

    static Step.Unary transposed(ConvolutionLayer layer, Site site) {
        Window window = window(layer);
        Kernel kernel = Kernel.of(site);
        return images(
                layer,
                site,
                (run, x) -> transposed(x, run.tensor(kernel.weight()), kernel.bias(run), window),
                Masks.unsupportedImage(site));
    }

    static Step.Unary overTime(Convolution1DLayer layer, Site site) {
        FeedForward.withoutNoise(layer, site);
        Window window = window(layer).alongFirst();
        Kernel kernel = Kernel.of(site);
        Step.Unary dropout = Dropouts.of(layer.getIDropout(), site);
        Activation activation = Activations.of(layer.getActivationFn(), site);
        if (layer.getRnnDataFormat() == RNNFormat.NWC) {
            throw site.unsupported(
                    "Deeplearning4j's own gradient of a convolution over NWC series lies in the wrong places, expected NCW");
        }
        UnaryOperator<Mask> reduced = Masks.series(window);
        return (run, input) -> {
            Tensor x = dropout.apply(run, input).value();
            Tensor w = overTime(run.tensor(kernel.weight()));
            return new Signal(
                    activation.apply(convolve(x, w, kernel.bias(run), window, 1), run),
                    input.mask().map(reduced));
        };
    }

    /** Deeplearning4j reads the memory of weights of shape {@code [out, in, kernel, 1]} as {@code [kernel, in, out]}. */
    private static Tensor overTime(Tensor weight) {
        return weight.reshape(weight.size(2), weight.size(1), weight.size(0)).permute(2, 1, 0);
    }

    static Step.Unary volume(Convolution3D layer, Site site) {
        Window window = window(layer);
        Kernel kernel = Kernel.of(site);
        boolean channelsLast = layer.getDataFormat() == Convolution3D.DataFormat.NDHWC;
        return images(layer, site, channelsLast, (run, x) -> convolve(run, x, kernel, window), Masks.none(site));
    }

    static Step.Unary transposedVolume(Deconvolution3D layer, Site site) {
        Window window = window(layer);
        Kernel kernel = Kernel.of(site);
        boolean channelsLast = layer.getDataFormat() == Convolution3D.DataFormat.NDHWC;
        return images(
                layer,
                site,
                channelsLast,
                (run, x) -> transposed(x, run.tensor(kernel.weight()).permute(4, 3, 0, 1, 2), kernel.bias(run), window),
                Masks.none(site));
    }

    private static Window window(ConvolutionLayer layer) {
        return Window.of(
                layer.getKernelSize(),
                layer.getStride(),
                layer.getPadding(),
                layer.getDilation(),
                layer.getConvolutionMode());
    }

    /** The part that differs: from an input to pre-outputs, channels on axis 1. */
    private interface Operation {
        Tensor apply(Run run, Tensor images);

        /** Whether it is computed in {@link Blocks} where images lie in them. */
        default boolean takesBlocks() {
            return false;
        }
    }

    private record Plain(Kernel kernel, Window window) implements Operation {
        @Override
        public Tensor apply(Run run, Tensor images) {
            return convolve(run, images, kernel, window);
        }

        @Override
        public boolean takesBlocks() {
            return true;
        }
    }

    private static Step.Unary images(
            ConvolutionLayer layer, Site site, Operation operation, UnaryOperator<Mask> masks) {
        return images(layer, site, layer.getCnn2dDataFormat() == CNN2DFormat.NHWC, operation, masks);
    }

    private static Step.Unary images(
            ConvolutionLayer layer, Site site, boolean channelsLast, Operation operation, UnaryOperator<Mask> masks) {
        FeedForward.withoutNoise(layer, site);
        Step.Unary dropout = Dropouts.of(layer.getIDropout(), site);
        Activation activation = Activations.of(layer.getActivationFn(), site);
        boolean takesBlocks = operation.takesBlocks() && !channelsLast;
        return (run, input) -> {
            Signal given = dropout.apply(run, input);
            Tensor x = takesBlocks && run.images() == ImageMemory.BLOCKS
                    ? Blocks.of(given.tensor())
                    : Layouts.channelsFirst(given.value(), channelsLast);
            Tensor z = Layouts.asGiven(operation.apply(run, x), channelsLast);
            return activation.apply(new Signal(z, input.mask().map(masks)).overwritable(), run);
        };
    }

    private static Tensor convolve(Run run, Tensor x, Kernel kernel, Window window) {
        return convolve(x, run.tensor(kernel.weight()), kernel.bias(run), window, 1);
    }

    private static Tensor depthwise(Run run, Tensor x, Kernel kernel, int[] toChannelsFirst, Window window) {
        Tensor weight = run.tensor(kernel.weight()).permute(Tensors.longs(toChannelsFirst));
        long channels = weight.size(0);
        Tensor grouped = weight.reshape(channels * weight.size(1), 1, weight.size(2), weight.size(3));
        return convolve(x, grouped, kernel.bias(run), window, channels);
    }

    private static Tensor convolve(Tensor x, Tensor weight, TensorOptional bias, Window window, long groups) {
        Window.Padding padding = window.padding(x);
        long[] both = new long[padding.before().length];
        long[] before = new long[both.length];
        long[] behind = new long[both.length];
        for (int i = 0; i < both.length; i++) {
            both[i] = Math.min(padding.before()[i], padding.behind()[i]);
            before[i] = padding.before()[i] - both[i];
            behind[i] = padding.behind()[i] - both[i];
        }
        Tensor padded = Window.padded(x, before, behind, 0);
        return torch.convolution(
                Blocks.hold(x) ? Blocks.of(padded) : padded,
                weight,
                bias,
                window.stride(),
                both,
                window.dilation(),
                false,
                new long[both.length],
                groups);
    }

    /** Same gives stride times as many positions and cuts what is too much, less before than behind. */
    private static Tensor transposed(Tensor x, Tensor weight, TensorOptional bias, Window window) {
        int axes = window.kernel().length;
        boolean same = window.mode() == ConvolutionMode.Same;
        long[] padding = same ? new long[axes] : window.padding();
        long[] extra = new long[axes];
        long[] cut = new long[axes];
        for (int i = 0; same && i < axes; i++) {
            long span = (window.kernel()[i] - 1) * window.dilation()[i] + 1;
            extra[i] = Math.max(0, window.stride()[i] - span);
            cut[i] = Math.max(0, span - window.stride()[i]) / 2;
        }
        Tensor z = torch.convolution(x, weight, bias, window.stride(), padding, window.dilation(), true, extra, 1);
        for (int i = 0; same && i < axes; i++) {
            z = z.narrow(i + 2, cut[i], x.size(i + 2) * window.stride()[i]);
        }
        return z;
    }

    /** Weights and bias of a convolution. */
    private record Kernel(Parameter weight, Optional<Parameter> biases) {
        static Kernel of(Site site) {
            return new Kernel(site.weight("W"), site.optionalWeight("b"));
        }

        TensorOptional bias(Run run) {
            return biases.map(each -> Tensors.some(run.tensor(each).reshape(each.length())))
                    .orElseGet(Tensors::none);
        }
    }
}
