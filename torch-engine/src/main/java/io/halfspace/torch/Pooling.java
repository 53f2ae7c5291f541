package io.halfspace.torch;

import static io.halfspace.torch.Tensors.scalar;
import static io.halfspace.torch.Tensors.times;

import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling3DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;

/** Pooling over windows in one, two and three dimensions. */
final class Pooling {
    private Pooling() {}

    static Step.Unary images(SubsamplingLayer layer, Site site) {
        Window window = window(layer);
        UnaryOperator<Tensor> operation = operation(layer, window, site);
        boolean channelsLast = layer.getCnn2dDataFormat() == CNN2DFormat.NHWC;
        UnaryOperator<Mask> reduced = Masks.image(window);
        boolean takesBlocks = layer.getPoolingType() == PoolingType.MAX && !window.isDilated();
        return (run, input) -> {
            Signal pooled = takesBlocks && input.inBlocks()
                    ? input.with(max(input.tensor(), window))
                    : Layouts.through(input, channelsLast, operation);
            return new Signal(pooled.tensor(), input.mask().map(reduced));
        };
    }

    static Step.Unary series(Subsampling1DLayer layer, Site site) {
        Window window = window(layer).alongFirst();
        UnaryOperator<Tensor> operation = operation(layer, window, site);
        boolean channelsLast = layer.getCnn2dDataFormat() == CNN2DFormat.NHWC;
        UnaryOperator<Mask> reduced = Masks.series(window);
        return (run, input) -> new Signal(
                Layouts.through(input, channelsLast, operation).value(),
                input.mask().map(reduced));
    }

    static Step.Unary volumes(Subsampling3DLayer layer, Site site) {
        Window window = Window.of(
                layer.getKernelSize(),
                layer.getStride(),
                layer.getPadding(),
                layer.getDilation(),
                layer.getConvolutionMode());
        Step.Unary dropout = Dropouts.of(layer.getIDropout(), site);
        boolean channelsLast = layer.getDataFormat() == Convolution3D.DataFormat.NDHWC;
        UnaryOperator<Tensor> operation = switch (layer.getPoolingType()) {
            case MAX -> x -> max(x, window);
            case AVG -> average(window, site);
            default ->
                throw site.unsupported("Deeplearning4j pools volumes by maximum or average only, found %s"
                        .formatted(layer.getPoolingType()));
        };
        return (run, input) -> Layouts.through(dropout.apply(run, input), channelsLast, operation);
    }

    /** Largest value of each window; padding does not count. Images may be in blocks if the window is not dilated. */
    static Tensor max(Tensor x, Window window) {
        Window.Padding padding = window.padding(x);
        long[] inside = isInside(padding, window) ? padding.before() : new long[axes(window)];
        Tensor padded = inside == padding.before()
                ? x
                : Window.padded(x, padding.before(), padding.behind(), Double.NEGATIVE_INFINITY);
        if (Arrays.stream(inside).allMatch(each -> each == 0) && isFasterByAxes(padded, window)) {
            return maxByAxes(padded, window);
        }
        return switch (axes(window)) {
            case 1 -> torch.max_pool1d(padded, window.kernel(), window.stride(), inside, window.dilation(), false);
            case 2 -> torch.max_pool2d(padded, window.kernel(), window.stride(), inside, window.dilation(), false);
            default -> torch.max_pool3d(padded, window.kernel(), window.stride(), inside, window.dilation(), false);
        };
    }

    /** Whether libtorch's kernels pad so themselves. */
    private static boolean isInside(Window.Padding padding, Window window) {
        return padding.isEven() && atMostHalf(padding, window);
    }

    /** Whether no gradient is wanted, and values lie in memory as libtorch's kernels are ten times slower on. */
    private static boolean isFasterByAxes(Tensor x, Window window) {
        return !x.requires_grad() && !x.is_cuda() && !Blocks.hold(x) && x.is_contiguous() && window.fits(x);
    }

    /** The largest values along the first axis, of these along the second, and so on. */
    private static Tensor maxByAxes(Tensor x, Window window) {
        Tensor largest = x;
        for (int axis = 0; axis < axes(window); axis++) {
            Tensor whole = largest;
            largest = window.part(whole, axis, 0);
            for (long i = 1; i < window.kernel()[axis]; i++) {
                largest = torch.maximum(largest, window.part(whole, axis, i));
            }
        }
        return largest;
    }

    private static UnaryOperator<Tensor> average(Window window, SubsamplingLayer layer, Site site) {
        boolean padded = window.mode() == ConvolutionMode.Same
                || Arrays.stream(window.padding()).anyMatch(each -> each != 0);
        if (padded && layer.isAvgPoolIncludePadInDivisor()) {
            throw site.unsupported(
                    "of averages that count padding, Deeplearning4j's oneDNN kernels give another gradient than its others");
        }
        return average(window, site);
    }

    /** Mean of each window, of what is no padding. */
    private static UnaryOperator<Tensor> average(Window window, Site site) {
        withoutDilation(window, site);
        return x -> {
            Window.Padding padding = window.padding(x);
            if (isInside(padding, window)) {
                return mean(x, window, padding.before(), false);
            }
            long[] none = new long[axes(window)];
            Tensor padded = Window.padded(x, padding.before(), padding.behind(), 0);
            Tensor mean = mean(padded, window, none, true);
            long[] one = Tensors.shape(x);
            one[0] = 1;
            one[1] = 1;
            Tensor present = Window.padded(x.new_ones(one), padding.before(), padding.behind(), 0);
            return mean.div(mean(present, window, none, true));
        };
    }

    /** p-norm of each window. */
    private static UnaryOperator<Tensor> norm(Window window, int p, Site site) {
        withoutDilation(window, site);
        double values = Arrays.stream(window.kernel()).reduce(1, (a, b) -> a * b);
        return x -> {
            Window.Padding padding = window.padding(x);
            Tensor powers = torch.pow(torch.abs(x), scalar(p));
            Tensor padded = Window.padded(powers, padding.before(), padding.behind(), 0);
            Tensor sums = times(mean(padded, window, new long[axes(window)], true), values);
            return torch.pow(sums, scalar(1.0 / p));
        };
    }

    private static Tensor mean(Tensor x, Window window, long[] padding, boolean countPadding) {
        return switch (axes(window)) {
            case 1 -> torch.avg_pool1d(x, window.kernel(), window.stride(), padding, false, countPadding);
            case 2 ->
                torch.avg_pool2d(x, window.kernel(), window.stride(), padding, false, countPadding, new LongOptional());
            default ->
                torch.avg_pool3d(x, window.kernel(), window.stride(), padding, false, countPadding, new LongOptional());
        };
    }

    private static UnaryOperator<Tensor> operation(SubsamplingLayer layer, Window window, Site site) {
        return switch (layer.getPoolingType()) {
            case MAX -> x -> max(x, window);
            case AVG -> average(window, layer, site);
            case PNORM -> norm(window, layer.getPnorm(), site);
            default -> throw site.unsupported("Deeplearning4j does not pool by %s".formatted(layer.getPoolingType()));
        };
    }

    private static Window window(SubsamplingLayer layer) {
        return Window.of(
                layer.getKernelSize(),
                layer.getStride(),
                layer.getPadding(),
                layer.getDilation(),
                layer.getConvolutionMode());
    }

    private static void withoutDilation(Window window, Site site) {
        if (window.isDilated()) {
            throw site.unsupported("there is no rule for averages and norms over dilated windows, found dilation %s"
                    .formatted(Arrays.toString(window.dilation())));
        }
    }

    private static boolean atMostHalf(Window.Padding padding, Window window) {
        for (int i = 0; i < window.kernel().length; i++) {
            if (2 * padding.before()[i] > window.kernel()[i]) {
                return false;
            }
        }
        return true;
    }

    private static int axes(Window window) {
        return window.kernel().length;
    }
}
