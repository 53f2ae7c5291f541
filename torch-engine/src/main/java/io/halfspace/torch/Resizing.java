package io.halfspace.torch;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.BaseUpsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.SpaceToBatchLayer;
import org.deeplearning4j.nn.conf.layers.SpaceToDepthLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling1D;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.Upsampling3D;
import org.deeplearning4j.nn.conf.layers.ZeroPadding1DLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPadding3DLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping1D;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping3D;

/** Layers that give more or fewer positions. Masks flow on as they are, as in Deeplearning4j. */
final class Resizing {
    private Resizing() {}

    static Step.Unary upsampling1d(Upsampling1D layer, Site site) {
        return upsampling(layer, site, layer.getSize(), 1, false);
    }

    static Step.Unary upsampling2d(Upsampling2D layer, Site site) {
        return upsampling(layer, site, layer.getSize(), 2, layer.getFormat() == CNN2DFormat.NHWC);
    }

    static Step.Unary upsampling3d(Upsampling3D layer, Site site) {
        return upsampling(layer, site, layer.getSize(), 3, layer.getDataFormat() == Convolution3D.DataFormat.NDHWC);
    }

    private static Step.Unary upsampling(
            BaseUpsamplingLayer layer, Site site, int[] size, int axes, boolean channelsLast) {
        Step.Unary dropout = Dropouts.of(layer.getIDropout(), site);
        return (run, input) -> Layouts.through(dropout.apply(run, input), channelsLast, x -> repeated(x, size, axes));
    }

    private static Tensor repeated(Tensor x, int[] size, int axes) {
        Tensor result = x;
        for (int axis = 2; axis < axes + 2; axis++) {
            if (size[axis - 2] == 1) {
                continue;
            }
            long[] shape = Tensors.shape(result);
            long[] wide = new long[shape.length + 1];
            System.arraycopy(shape, 0, wide, 0, axis + 1);
            wide[axis + 1] = size[axis - 2];
            System.arraycopy(shape, axis + 1, wide, axis + 2, shape.length - axis - 1);
            shape[axis] *= size[axis - 2];
            result = result.unsqueeze(axis + 1).expand(wide).reshape(shape);
        }
        return result;
    }

    static Step.Unary padding1d(ZeroPadding1DLayer layer, Site site) {
        return moved(layer.getPadding(), 1, false);
    }

    static Step.Unary padding2d(ZeroPaddingLayer layer, Site site) {
        return moved(layer.getPadding(), 1, layer.getDataFormat() == CNN2DFormat.NHWC);
    }

    static Step.Unary padding3d(ZeroPadding3DLayer layer, Site site) {
        return moved(layer.getPadding(), 1, false);
    }

    static Step.Unary cropping1d(Cropping1D layer, Site site) {
        return moved(layer.getCropping(), -1, false);
    }

    static Step.Unary cropping2d(Cropping2D layer, Site site) {
        return moved(layer.getCropping(), -1, layer.getDataFormat() == CNN2DFormat.NHWC);
    }

    static Step.Unary cropping3d(Cropping3D layer, Site site) {
        return moved(layer.getCropping(), -1, false);
    }

    /**
     * Moves the ends of each axis.
     *
     * @param ends before and behind the positions of each axis
     * @param sign 1 to pad, -1 to crop
     */
    private static Step.Unary moved(int[] ends, int sign, boolean channelsLast) {
        long[] before = new long[ends.length / 2];
        long[] behind = new long[ends.length / 2];
        for (int i = 0; i < before.length; i++) {
            before[i] = (long) sign * ends[2 * i];
            behind[i] = (long) sign * ends[2 * i + 1];
        }
        UnaryOperator<Tensor> operation = x -> Window.padded(x, before, behind, 0);
        return (run, input) -> Layouts.through(input, channelsLast, operation);
    }

    /** Squares of positions become channels; those of one position in the square stay together. */
    static Step.Unary spaceToDepth(SpaceToDepthLayer layer, Site site) {
        Step.Unary dropout = Dropouts.of(layer.getIDropout(), site);
        long block = layer.getBlockSize();
        return (run, input) ->
                Layouts.through(dropout.apply(run, input), layer.getDataFormat() == CNN2DFormat.NHWC, x -> {
                    long rows = x.size(0);
                    long channels = x.size(1);
                    long height = x.size(2) / block;
                    long width = x.size(3) / block;
                    return x.reshape(rows, channels, height, block, width, block)
                            .permute(0, 3, 5, 1, 2, 4)
                            .reshape(rows, channels * block * block, height, width);
                });
    }

    /** Squares of positions become examples, those of one position in the square one after the other. */
    static Step.Unary spaceToBatch(SpaceToBatchLayer layer, Site site) {
        Step.Unary dropout = Dropouts.of(layer.getIDropout(), site);
        int[] blocks = layer.getBlocks();
        int[][] ends = layer.getPadding();
        long[] before = {ends[0][0], ends[1][0]};
        long[] behind = {ends[0][1], ends[1][1]};
        return (run, input) -> {
            if (input.mask().isPresent()) {
                throw new IllegalArgumentException(
                        "Cannot make examples of positions in '%s': found masked values, expected none"
                                .formatted(site.name()));
            }
            return Layouts.through(dropout.apply(run, input), layer.getFormat() == CNN2DFormat.NHWC, x -> {
                Tensor padded = Window.padded(x, before, behind, 0);
                long height = padded.size(2) / blocks[0];
                long width = padded.size(3) / blocks[1];
                return padded.reshape(x.size(0), x.size(1), height, blocks[0], width, blocks[1])
                        .permute(3, 5, 0, 1, 2, 4)
                        .reshape(x.size(0) * blocks[0] * blocks[1], x.size(1), height, width);
            });
        };
    }
}
