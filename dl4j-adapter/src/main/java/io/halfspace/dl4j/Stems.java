package io.halfspace.dl4j;

import io.halfspace.graph.ChannelSlices;
import io.halfspace.graph.Cost;
import io.halfspace.graph.Operation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution3D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;

/**
 * Layers that make new channels out of all channels of their input.
 *
 * <p>Orders, as Deeplearning4j lays parameters out: dense layers weights [in, out] in F order, then bias, then gain;
 * convolutions bias, then weights in C order: [out, in, height, width]; transposed [in, out, height, width]; separable
 * [multiplier, in, height, width] and then [out, in * multiplier].
 */
final class Stems {
    /** The types of volumes that Deeplearning4j hands on do not tell their memory format reliably. */
    static final String CHANNELS_LAST_VOLUME = "volumes are cut with the channels first only";

    private Stems() {}

    static Operation dense(DenseLayer layer, Site site) {
        Operation operation = matrix(layer, site, layer.hasBias(), layer.hasLayerNorm());
        return layer.hasLayerNorm()
                ? operation.protectedBecause("layer normalization makes each of its channels depend on all")
                : operation;
    }

    static Operation output(BaseOutputLayer layer, Site site) {
        return matrix(layer, site, layer.hasBias(), false);
    }

    private static Operation matrix(FeedForwardLayer layer, Site site, boolean bias, boolean gain) {
        int in = Math.toIntExact(layer.getNIn());
        int out = Math.toIntExact(layer.getNOut());
        int weights = site.offset();
        List<ChannelSlices> slices = new ArrayList<>();
        slices.add(ChannelSlices.trainable(weights, in, in, in, 1));
        slices.add(ChannelSlices.consumer(0, weights, 1, 1, in, out));
        int vectors = (bias ? 1 : 0) + (gain ? 1 : 0);
        for (int i = 0; i < vectors; i++) {
            slices.add(vector(weights + in * out + i * out));
        }
        Cost cost = new Cost(
                Cost.Terms.pair(1).plus(Cost.Terms.perOut(vectors)),
                Cost.Terms.ZERO,
                Cost.Terms.pair(site.positions()),
                site.positions());
        return stem(layer, out, slices, cost);
    }

    /** A table of rows, one of which is picked by each input: nothing is multiplied. */
    static Operation embedding(FeedForwardLayer layer, Site site) {
        int rows = Math.toIntExact(layer.getNIn());
        int out = Math.toIntExact(layer.getNOut());
        boolean bias = site.parameters() > rows * out;
        List<ChannelSlices> slices = new ArrayList<>();
        slices.add(ChannelSlices.trainable(site.offset(), rows, rows, rows, 1));
        if (bias) {
            slices.add(vector(site.offset() + rows * out));
        }
        Cost cost =
                new Cost(Cost.Terms.perOut(rows + (bias ? 1 : 0)), Cost.Terms.ZERO, Cost.Terms.ZERO, site.positions());
        return stem(layer, out, slices, cost);
    }

    static <T extends FeedForwardLayer> T resizedEmbedding(T layer, Kept kept) {
        layer.setNOut(kept.out());
        return layer;
    }

    static Operation convolution(ConvolutionLayer layer, Site site) {
        int in = Math.toIntExact(layer.getNIn());
        int out = Math.toIntExact(layer.getNOut());
        int taps = taps(layer);
        int weights = site.offset() + (layer.hasBias() ? out : 0);
        List<ChannelSlices> slices = bias(layer, site);
        slices.add(ChannelSlices.trainable(weights, in * taps, in * taps, in * taps, 1));
        slices.add(ChannelSlices.consumer(0, weights, taps, taps, in * taps, out));
        return stem(layer, out, slices, cost(layer, Cost.Terms.pair(taps), site.positions(), site));
    }

    /** The weights are stored under the shape [out, in, taps, 1] but read in C order as [taps, in, out]. */
    static Operation convolutionOverTime(Convolution1DLayer layer, Site site) {
        int in = Math.toIntExact(layer.getNIn());
        int out = Math.toIntExact(layer.getNOut());
        int taps = layer.getKernelSize()[0];
        int weights = site.offset() + (layer.hasBias() ? out : 0);
        List<ChannelSlices> slices = bias(layer, site);
        slices.add(ChannelSlices.trainable(weights, 1, 1, out, taps * in));
        slices.add(ChannelSlices.consumer(0, weights, out, out, in * out, taps));
        return stem(layer, out, slices, cost(layer, Cost.Terms.pair(taps), site.positions(), site));
    }

    static Operation deconvolution(ConvolutionLayer layer, Site site) {
        int in = Math.toIntExact(layer.getNIn());
        int out = Math.toIntExact(layer.getNOut());
        int taps = taps(layer);
        int weights = site.offset() + (layer.hasBias() ? out : 0);
        List<ChannelSlices> slices = bias(layer, site);
        slices.add(ChannelSlices.trainable(weights, taps, taps, out * taps, in));
        slices.add(ChannelSlices.consumer(0, weights, out * taps, out * taps, out * taps, 1));
        // Every value of the input is multiplied with the whole kernel.
        return stem(
                layer,
                out,
                slices,
                cost(layer, Cost.Terms.pair(taps), site.input().positions(), site));
    }

    /** In three dimensions; like a plane one, with one more axis at the end of the weights. */
    static Operation convolution3d(Convolution3D layer, Site site) {
        return layer.getDataFormat() == Convolution3D.DataFormat.NCDHW
                ? convolution(layer, site)
                : Rules.unknown(site, CHANNELS_LAST_VOLUME);
    }

    /** In three dimensions: weights [depth, height, width, out, in]. */
    static Operation deconvolution3d(Deconvolution3D layer, Site site) {
        if (layer.getDataFormat() != Convolution3D.DataFormat.NCDHW) {
            return Rules.unknown(site, CHANNELS_LAST_VOLUME);
        }
        int in = Math.toIntExact(layer.getNIn());
        int out = Math.toIntExact(layer.getNOut());
        int taps = taps(layer);
        int weights = site.offset() + (layer.hasBias() ? out : 0);
        List<ChannelSlices> slices = bias(layer, site);
        slices.add(ChannelSlices.trainable(weights, in, in, out * in, taps));
        slices.add(ChannelSlices.consumer(0, weights, 1, 1, in, taps * out));
        return stem(
                layer,
                out,
                slices,
                cost(layer, Cost.Terms.pair(taps), site.input().positions(), site));
    }

    static Operation separableConvolution(SeparableConvolution2D layer, Site site) {
        int in = Math.toIntExact(layer.getNIn());
        int out = Math.toIntExact(layer.getNOut());
        int taps = taps(layer);
        int multiplier = layer.getDepthMultiplier();
        int depthwise = site.offset() + (layer.hasBias() ? out : 0);
        int pointwise = depthwise + multiplier * in * taps;
        List<ChannelSlices> slices = bias(layer, site);
        slices.add(ChannelSlices.trainable(pointwise, in * multiplier, in * multiplier, in * multiplier, 1));
        slices.add(ChannelSlices.consumer(0, depthwise, taps, taps, in * taps, multiplier));
        slices.add(ChannelSlices.consumer(0, pointwise, multiplier, multiplier, in * multiplier, out));
        Cost.Terms weights = new Cost.Terms(multiplier, 0, 0, (long) multiplier * taps, 0);
        Operation operation = stem(layer, out, slices, cost(layer, weights, site.positions(), site))
                .withLeastInputs(2);
        return in == 1 && operation.protection().isEmpty()
                ? operation.protectedBecause("ND4J cannot run it on one channel with fewer outputs")
                : operation;
    }

    /**
     * ND4J cannot run a separable convolution of one input channel, unless it has as many outputs as its multiplier.
     *
     * @throws IllegalArgumentException for such a one
     */
    static SeparableConvolution2D resizedSeparable(SeparableConvolution2D layer, Kept kept) {
        if (kept.in() == 1 && kept.out() != layer.getDepthMultiplier()) {
            throw new IllegalArgumentException(
                    "Cannot build the sub-network: separable convolution '%s' would read 1 channel, expected at least 2"
                            .formatted(layer.getLayerName()));
        }
        layer.setNIn(kept.in());
        layer.setNOut(kept.out());
        return layer;
    }

    /** One value a channel. */
    static ChannelSlices vector(int base) {
        return ChannelSlices.trainable(base, 1, 1, 1, 1);
    }

    /** A stem with the layer's activation behind it. */
    static Operation stem(FeedForwardLayer layer, int out, List<ChannelSlices> slices, Cost cost) {
        return Zeros.after(Operation.stem(out, true, slices, cost), layer.getActivationFn());
    }

    private static List<ChannelSlices> bias(ConvolutionLayer layer, Site site) {
        List<ChannelSlices> slices = new ArrayList<>();
        if (layer.hasBias()) {
            slices.add(vector(site.offset()));
        }
        return slices;
    }

    static int taps(ConvolutionLayer layer) {
        return Arrays.stream(layer.getKernelSize()).reduce(1, Math::multiplyExact);
    }

    private static Cost cost(ConvolutionLayer layer, Cost.Terms weights, long uses, Site site) {
        return new Cost(
                weights.plus(Cost.Terms.perOut(layer.hasBias() ? 1 : 0)),
                Cost.Terms.ZERO,
                new Cost.Terms(weights.pair() * uses, 0, 0, weights.perIn() * uses, 0),
                site.positions());
    }
}
