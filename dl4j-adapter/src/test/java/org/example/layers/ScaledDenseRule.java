package org.example.layers;

import io.halfspace.dl4j.Kept;
import io.halfspace.dl4j.LayerRule;
import io.halfspace.dl4j.Site;
import io.halfspace.graph.ChannelSlices;
import io.halfspace.graph.Cost;
import io.halfspace.graph.Operation;
import java.util.List;

/** A unit is zero if its column of the weights and its scale are. */
public class ScaledDenseRule implements LayerRule<ScaledDense> {
    @Override
    public Class<ScaledDense> type() {
        return ScaledDense.class;
    }

    @Override
    public Operation describe(ScaledDense layer, Site site) {
        int in = (int) layer.getIn();
        int out = (int) layer.getOut();
        int weights = site.offset(); // [in, out] in C order
        int scales = weights + in * out;
        List<ChannelSlices> slices = List.of(
                // Unit c: every out-th value from c on, in times; and one scale.
                ChannelSlices.trainable(weights, 1, 1, out, in),
                ChannelSlices.trainable(scales, 1, 1, 1, 1),
                // Input channel c: row c of the weights.
                ChannelSlices.consumer(0, weights, out, out, out, 1));
        Cost cost = new Cost(
                Cost.Terms.pair(1).plus(Cost.Terms.perOut(1)), // parameters: in * out + out
                Cost.Terms.ZERO, // running statistics
                Cost.Terms.pair(1), // multiplications: in * out
                site.positions());
        return Operation.stem(out, true, slices, cost);
    }

    @Override
    public ScaledDense resize(ScaledDense layer, Kept kept) {
        layer.setIn(kept.in());
        layer.setOut(kept.out());
        layer.setLayerParams(null); // else Deeplearning4j remembers the old shapes
        return layer;
    }
}
