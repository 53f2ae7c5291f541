package io.halfspace.dl4j;

import io.halfspace.graph.ChannelSlices;
import io.halfspace.graph.Cost;
import io.halfspace.graph.Operation;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.AbstractLSTM;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;

/**
 * Recurrent layers: a channel is a hidden unit. With its columns in the input and recurrent weights and its biases zero,
 * its cell and its output stay zero from step to step, whatever the gate function, if the activation keeps zeros.
 *
 * <p>Orders: input weights [in, gates * out], recurrent weights [out, gates * out + peepholes], both in F order, then
 * biases. The unit's row of the recurrent weights only reads the unit; it is cut with it and need not be zero, so it is
 * no part of its group. (Peepholes read the unit's own cell and count as its own.)
 */
final class Recurrent {
    private Recurrent() {}

    static Operation lstm(LSTM layer, Site site) {
        return gated(layer, site, 0);
    }

    /** With peepholes. */
    static Operation gravesLstm(AbstractLSTM layer, Site site) {
        return gated(layer, site, 3);
    }

    static Operation simpleRnn(SimpleRnn layer, Site site) {
        if (layer.hasLayerNorm()) {
            return Rules.unknown(site, "layer normalization makes each of its channels depend on all");
        }
        return units(layer, site, 1, 0);
    }

    /** The layer inside runs over all steps. */
    static Operation lastTimeStep(LastTimeStep layer, Site site) {
        Shape allSteps = site.output().withPositions(site.input().positions());
        return Rules.operation(
                layer.getUnderlying(), new Site(site.inputs(), allSteps, site.offset(), site.parameters()));
    }

    private static Operation gated(AbstractLSTM layer, Site site, int peepholes) {
        return units(layer, site, 4, peepholes);
    }

    private static Operation units(BaseRecurrentLayer layer, Site site, int gates, int peepholes) {
        int in = Math.toIntExact(layer.getNIn());
        int out = Math.toIntExact(layer.getNOut());
        int recurrent = site.offset() + in * gates * out;
        int columns = gates * out + peepholes;
        int biases = recurrent + out * columns;
        List<ChannelSlices> slices = new ArrayList<>(List.of(
                ChannelSlices.trainable(site.offset(), in, in, in * out, gates),
                ChannelSlices.trainable(recurrent, out, out, out * out, gates),
                ChannelSlices.trainable(biases, 1, 1, out, gates),
                ChannelSlices.consumer(0, site.offset(), 1, 1, in, gates * out),
                new ChannelSlices(ChannelSlices.Role.STATISTIC, 0, recurrent, 1, 1, out, gates * out)));
        if (peepholes > 0) {
            slices.add(ChannelSlices.trainable(recurrent + gates * out * out, 1, 1, out, peepholes));
        }
        Cost cost = new Cost(
                new Cost.Terms(gates, gates, gates + peepholes, 0, 0),
                Cost.Terms.ZERO,
                new Cost.Terms(gates * site.positions(), gates * site.positions(), 0, 0, 0),
                site.positions());
        return Stems.stem(layer, out, slices, cost);
    }
}
