package io.halfspace.torch;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.deeplearning4j.nn.conf.ConvolutionMode;

/** What windows do to masks: an output is present where any of its inputs is. */
final class Masks {
    private Masks() {}

    /** Masks {@code [rows, steps]}. */
    static UnaryOperator<Mask> series(Window window) {
        boolean keepsSteps = (window.mode() == ConvolutionMode.Same || window.mode() == ConvolutionMode.Causal)
                && window.stride()[0] == 1;
        return mask -> keepsSteps
                ? mask
                : new Mask(Pooling.max(mask.values().unsqueeze(1), window).squeeze(1), mask.active());
    }

    /** Masks {@code [rows, 1, height, width]}, where height or width may be 1 for all. */
    static UnaryOperator<Mask> image(Window window) {
        return mask -> {
            Tensor values = mask.values();
            if (values.dim() != 4) {
                throw new IllegalArgumentException(
                        "Cannot mask images: found a mask of %d axes, expected [rows, 1, height, width]"
                                .formatted(values.dim()));
            }
            if (window.mode() == ConvolutionMode.Same && window.stride()[0] == 1 && window.stride()[1] == 1) {
                return mask;
            }
            if (values.size(2) == 1 && values.size(3) == 1) {
                return mask;
            }
            return new Mask(Pooling.max(values, along(window, values)), mask.active());
        };
    }

    static UnaryOperator<Mask> none(Site site) {
        return mask -> mask;
    }

    static UnaryOperator<Mask> unsupportedImage(Site site) {
        return mask -> {
            throw new IllegalArgumentException(
                    "Cannot mask images behind '%s': there is no rule for it, expected no mask".formatted(site.name()));
        };
    }

    /** The window without the axis that the mask does not tell apart. */
    private static Window along(Window window, Tensor mask) {
        long[] kernel = window.kernel().clone();
        long[] stride = window.stride().clone();
        long[] padding = window.padding().clone();
        long[] dilation = window.dilation().clone();
        for (int i = 0; i < 2; i++) {
            if (mask.size(i + 2) == 1) {
                kernel[i] = 1;
                stride[i] = 1;
                padding[i] = 0;
                dilation[i] = 1;
            }
        }
        return new Window(kernel, stride, padding, dilation, window.mode());
    }
}
