package io.halfspace.dl4j;

import io.halfspace.graph.ChannelMap;
import io.halfspace.graph.ChannelSlices;
import io.halfspace.graph.Cost;
import io.halfspace.graph.Operation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.Subsampling3DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling3D;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.deeplearning4j.nn.conf.layers.misc.RepeatVector;
import org.nd4j.linalg.activations.IActivation;

/** Layers with one input that keep the channels apart. */
final class Accessories {
    private static final String NO_GRADIENT = "Deeplearning4j's gradient of a p-norm is NaN for a zero channel";

    private Accessories() {}

    /** A layer without parameters that maps zero channels to zero channels. */
    static Operation plain(Site site) {
        return Operation.accessory(site.channels(), ChannelMap.IDENTITY, true, List.of(), Cost.free(site.positions()));
    }

    static Operation activation(IActivation activation, Site site) {
        return Zeros.after(plain(site), activation);
    }

    static Operation shift(ShiftVertex vertex, Site site) {
        return vertex.getShiftFactor() == 0
                ? plain(site)
                : plain(site).protectedBecause("it adds %s to every value".formatted(vertex.getShiftFactor()));
    }

    /** Gamma, beta, mean and variance (or the logarithm of the deviation), one value a channel each. */
    static Operation batchNormalization(BatchNormalization layer, Site site) {
        if (!site.input().is(InputType.Type.FF) && !site.input().is(InputType.Type.CNN)) {
            return Rules.unknown(site, "Deeplearning4j takes the examples of a series for its channels");
        }
        int n = Math.toIntExact(layer.getNOut());
        boolean locked = layer.isLockGammaBeta();
        int statistics = site.offset() + (locked ? 0 : 2 * n);
        List<ChannelSlices> slices = new ArrayList<>();
        if (!locked) {
            slices.add(Stems.vector(site.offset()));
            slices.add(Stems.vector(site.offset() + n));
        }
        slices.add(ChannelSlices.statistic(statistics));
        slices.add(ChannelSlices.statistic(statistics + n));
        Cost cost =
                new Cost(Cost.Terms.perOut(locked ? 0 : 2), Cost.Terms.perOut(2), Cost.Terms.ZERO, site.positions());
        Operation operation = Operation.accessory(n, ChannelMap.IDENTITY, !locked, slices, cost);
        return locked ? operation.protectedBecause("its gamma and beta are locked") : operation;
    }

    /**
     * Bias, then weights [height, width, in, multiplier] in C order; output channel {@code i * multiplier + m} comes from
     * input channel i.
     */
    static Operation depthwiseConvolution(DepthwiseConvolution2D layer, Site site) {
        int in = Math.toIntExact(layer.getNIn());
        int multiplier = layer.getDepthMultiplier();
        int out = in * multiplier;
        int taps = Stems.taps(layer);
        int weights = site.offset() + (layer.hasBias() ? out : 0);
        List<ChannelSlices> slices = new ArrayList<>();
        if (layer.hasBias()) {
            slices.add(Stems.vector(site.offset()));
        }
        slices.add(ChannelSlices.trainable(weights, 1, 1, out, taps));
        ChannelMap map = multiplier == 1 ? ChannelMap.IDENTITY : ChannelMap.flatten(in, multiplier);
        Cost cost = new Cost(
                Cost.Terms.perOut(taps + (layer.hasBias() ? 1 : 0)),
                Cost.Terms.ZERO,
                Cost.Terms.perOut(taps * site.positions()),
                site.positions());
        return Zeros.after(Operation.accessory(out, map, true, slices, cost), layer.getActivationFn());
    }

    /**
     * Slopes in F order of the input's shape without the batch, shared axes having length 1. Understood are one set of
     * slopes a channel where the channels come first, one slope a channel where they come last, and a single slope.
     */
    static Operation parametricRelu(PReLULayer layer, Site site) {
        long[] shape = slopes(layer);
        int n = site.channels();
        int axis = channelAxis(shape);
        boolean single = site.parameters() == 1;
        if (!single && (shape[axis] != n || axis != Joints.channelAxis(site.output()) - 1)) {
            return Rules.unknown(site, "its slopes are not one set a channel");
        }
        int slopes = single ? 1 : site.parameters() / n;
        Cost.Terms terms = single ? Cost.Terms.constant(1) : Cost.Terms.perOut(slopes);
        List<ChannelSlices> own =
                single && n > 1 ? List.of() : List.of(ChannelSlices.trainable(site.offset(), 1, 1, n, slopes));
        Cost cost = new Cost(terms, Cost.Terms.ZERO, Cost.Terms.ZERO, site.positions());
        return Operation.accessory(n, ChannelMap.IDENTITY, true, own, cost);
    }

    static PReLULayer resizedParametricRelu(PReLULayer layer, Kept kept) {
        long[] shape = slopes(layer);
        if (Arrays.stream(shape).anyMatch(length -> length != 1)) {
            shape[channelAxis(shape)] = kept.out();
        }
        layer.setInputShape(shape);
        return layer;
    }

    /** The first axis, or the last one if all others are shared. */
    private static int channelAxis(long[] slopes) {
        boolean lastOnly = Arrays.stream(slopes, 0, slopes.length - 1).allMatch(length -> length == 1);
        return lastOnly ? slopes.length - 1 : 0;
    }

    private static long[] slopes(PReLULayer layer) {
        long[] shape = layer.getInputShape().clone();
        if (layer.getSharedAxes() != null) {
            for (long axis : layer.getSharedAxes()) {
                shape[(int) axis - 1] = 1;
            }
        }
        return shape;
    }

    static Operation subsampling(SubsamplingLayer layer, Site site) {
        return layer.getPoolingType() == org.deeplearning4j.nn.conf.layers.PoolingType.PNORM
                ? plain(site).protectedBecause(NO_GRADIENT)
                : plain(site);
    }

    static Operation subsampling3d(Subsampling3DLayer layer, Site site) {
        if (layer.getDataFormat() != Convolution3D.DataFormat.NCDHW) {
            return Rules.unknown(site, Stems.CHANNELS_LAST_VOLUME);
        }
        return layer.getPoolingType() == PoolingType.PNORM ? plain(site).protectedBecause(NO_GRADIENT) : plain(site);
    }

    static Operation upsampling3d(Upsampling3D layer, Site site) {
        return layer.getDataFormat() == Convolution3D.DataFormat.NCDHW
                ? plain(site)
                : Rules.unknown(site, Stems.CHANNELS_LAST_VOLUME);
    }

    /** One weight and one bias a channel. */
    static Operation elementWiseMultiplication(ElementWiseMultiplicationLayer layer, Site site) {
        int n = Math.toIntExact(layer.getNOut());
        List<ChannelSlices> slices = List.of(Stems.vector(site.offset()), Stems.vector(site.offset() + n));
        Cost cost = new Cost(Cost.Terms.perOut(2), Cost.Terms.ZERO, Cost.Terms.ZERO, site.positions());
        return Zeros.after(Operation.accessory(n, ChannelMap.IDENTITY, true, slices, cost), layer.getActivationFn());
    }

    /** Divides an example by the length of all its values together, to which a zero channel adds nothing. */
    static Operation l2Normalize(L2NormalizeVertex vertex, Site site) {
        int[] over = vertex.getDimension() == null
                ? new int[0]
                : Arrays.stream(vertex.getDimension()).sorted().toArray();
        int[] all = switch (site.input().type().getType()) {
            case FF -> new int[] {1};
            case RNN -> new int[] {1, 2};
            case CNN -> new int[] {1, 2, 3};
            default -> new int[] {-1};
        };
        boolean overAll = all[0] > 0 && (over.length == 0 || Arrays.equals(over, all));
        return overAll ? plain(site) : Rules.unknown(site, "it divides by the length of a part of an example");
    }

    /** Leaves out the first row and the first column. */
    static Operation poolHelper(Site site) {
        return Joints.channelAxis(site.input()) == 1 && site.input().is(InputType.Type.CNN)
                ? plain(site)
                : Rules.unknown(site, "it expects images with the channels first");
    }

    static RepeatVector resizedRepetition(RepeatVector layer, Kept kept) {
        layer.setNIn(kept.in());
        return layer;
    }

    static Operation globalPooling(GlobalPoolingLayer layer, Site site) {
        boolean last = Joints.channelAxis(site.input()) != 1;
        int[] pooled = layer.getPoolingDimensions();
        boolean exact = pooled == null ? !last : Arrays.equals(pooled, positionAxes(site.input(), last));
        if (!exact || last && !layer.isCollapseDimensions()) {
            return Rules.unknown(site, "it does not pool over exactly the positions of a channel");
        }
        return layer.getPoolingType() == PoolingType.PNORM ? plain(site).protectedBecause(NO_GRADIENT) : plain(site);
    }

    private static int[] positionAxes(Shape input, boolean channelsLast) {
        return switch (input.type().getType()) {
            case RNN -> channelsLast ? new int[] {1} : new int[] {2};
            case CNN -> channelsLast ? new int[] {1, 2} : new int[] {2, 3};
            case CNN3D -> new int[] {2, 3, 4};
            default -> new int[0];
        };
    }
}
