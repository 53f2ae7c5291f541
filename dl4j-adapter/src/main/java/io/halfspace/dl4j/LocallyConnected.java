package io.halfspace.dl4j;

import io.halfspace.graph.ChannelSlices;
import io.halfspace.graph.Cost;
import io.halfspace.graph.Operation;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.LocallyConnected1D;
import org.deeplearning4j.nn.conf.layers.LocallyConnected2D;
import org.nd4j.linalg.activations.Activation;

/**
 * Convolutions with weights of their own at every position: weights [position, in * taps, out] in C order, the taps of a
 * channel next to one another, then biases.
 */
final class LocallyConnected {
    private LocallyConnected() {}

    static Operation overTime(LocallyConnected1D layer, Site site) {
        return positioned(layer.getNIn(), layer.getKernel(), layer.isHasBias(), layer.getActivation(), site);
    }

    static Operation overImages(LocallyConnected2D layer, Site site) {
        int taps = layer.getKernel()[0] * layer.getKernel()[1];
        return positioned(layer.getNIn(), taps, layer.isHasBias(), layer.getActivation(), site);
    }

    static LocallyConnected1D resized(LocallyConnected1D layer, Kept kept) {
        layer.setNIn(kept.in());
        layer.setNOut(kept.out());
        layer.setFeatureDim(layer.getKernel() * kept.in());
        return Attention.forgetting(layer);
    }

    static LocallyConnected2D resized(LocallyConnected2D layer, Kept kept) {
        layer.setNIn(kept.in());
        layer.setNOut(kept.out());
        layer.setFeatureDim(layer.getKernel()[0] * layer.getKernel()[1] * kept.in());
        return Attention.forgetting(layer);
    }

    private static Operation positioned(long channels, int taps, boolean bias, Activation activation, Site site) {
        int in = Math.toIntExact(channels);
        int out = site.channels();
        int positions = (site.parameters() - (bias ? out : 0)) / (in * taps * out);
        List<ChannelSlices> slices = new ArrayList<>();
        slices.add(ChannelSlices.trainable(site.offset(), 1, 1, out, positions * in * taps));
        slices.add(ChannelSlices.consumer(0, site.offset(), taps * out, taps * out, in * taps * out, positions));
        if (bias) {
            slices.add(Stems.vector(site.offset() + positions * in * taps * out));
        }
        Cost.Terms weights = Cost.Terms.pair((long) positions * taps);
        Cost cost = new Cost(weights.plus(Cost.Terms.perOut(bias ? 1 : 0)), Cost.Terms.ZERO, weights, site.positions());
        return Zeros.after(Operation.stem(out, true, slices, cost), activation.getActivationFunction());
    }
}
