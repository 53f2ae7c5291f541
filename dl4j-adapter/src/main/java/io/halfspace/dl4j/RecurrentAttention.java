package io.halfspace.dl4j;

import io.halfspace.graph.ChannelSlices;
import io.halfspace.graph.ChannelSlices.Role;
import io.halfspace.graph.Cost;
import io.halfspace.graph.Operation;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer;

/**
 * A recurrent layer that asks attention. At every step but the first its last output queries all steps of the input; what
 * it is told goes through the recurrent weights and is added to the input's own part.
 *
 * <p>A unit's group is its column in the input's, the output's and the recurrent weights, and its bias: then it is told
 * zero and gives zero. The weights that read the unit (a row of the recurrent weights, columns of the queries) leave with
 * it. Heads leave as in {@link Attention}.
 *
 * <p>Order, all in C order: input [in, out], recurrent [out, out], queries [heads, head size, out], keys and values [heads,
 * head size, in], output [heads * head size, out], bias.
 */
final class RecurrentAttention {
    private final RecurrentAttentionLayer layer;
    private final Heads heads;
    private final int in;
    private final int out;
    private final int recurrentAt;
    private final int queriesAt;
    private final int keysAt;
    private final int valuesAt;
    private final int outputAt;

    private RecurrentAttention(RecurrentAttentionLayer layer) {
        this.layer = layer;
        heads = new Heads(layer.getNHeads(), layer.getHeadSize());
        in = Math.toIntExact(layer.getNIn());
        out = Math.toIntExact(layer.getNOut());
        recurrentAt = in * out;
        queriesAt = recurrentAt + out * out;
        keysAt = queriesAt + heads.projection(out);
        valuesAt = keysAt + heads.projection(in);
        outputAt = valuesAt + heads.projection(in);
    }

    static List<Part> parts(RecurrentAttentionLayer layer) {
        return layer.isProjectInput() ? new RecurrentAttention(layer).parts() : Attention.unprojected(layer);
    }

    private List<Part> parts() {
        return List.of(
                heads.part(Attention.HEADS, List.of(), this::projections, kept -> {
                    layer.setNIn(kept.in());
                    layer.setNHeads(kept.out());
                    return Attention.forgetting(layer);
                }),
                new Part("/told", List.of(0), inputs -> Outputs.of(layer, inputs), this::told, kept -> layer),
                new Part("/input", List.of(), inputs -> Outputs.of(layer, inputs), this::input, kept -> layer),
                Part.whole(layer, List.of(1, 2), this::sum, kept -> {
                    layer.setNOut(kept.out());
                    return Attention.forgetting(layer);
                }));
    }

    /** Deeplearning4j projects the whole input again at every step. */
    private Operation projections(Site site) {
        long steps = site.input().positions();
        List<ChannelSlices> slices = new ArrayList<>(heads.leaving(site.offset() + keysAt, 0, in));
        slices.addAll(heads.values(site.offset() + valuesAt, 0, in));
        slices.add(heads.leaving(site.offset() + queriesAt, out));
        Cost.Terms flops =
                Cost.Terms.pair(2 * heads.size() * steps * (steps - 1)).plus(heads.scores(steps - 1, steps));
        return heads.stem(slices, Cost.Terms.pair(2 * heads.size()), flops, steps);
    }

    private Operation told(Site site) {
        List<ChannelSlices> slices =
                new ArrayList<>(heads.output(site, site.offset() + outputAt).slices());
        int rows = heads.count() * heads.size();
        slices.add(new ChannelSlices(Role.STATISTIC, 0, site.offset() + queriesAt, 1, 1, out, rows));
        Cost cost = new Cost(
                Cost.Terms.pair(2 * heads.size()),
                Cost.Terms.ZERO,
                Cost.Terms.pair(2 * heads.size() * (site.positions() - 1)),
                site.positions());
        return Operation.stem(out, true, slices, cost);
    }

    private Operation input(Site site) {
        List<ChannelSlices> slices = new ArrayList<>(List.of(
                Heads.columns(site.offset(), in, out), ChannelSlices.consumer(0, site.offset(), out, out, out, 1)));
        if (layer.isHasBias()) {
            slices.add(Stems.vector(site.offset() + outputAt + heads.projection(out)));
        }
        Cost cost = new Cost(
                Cost.Terms.pair(1).plus(Cost.Terms.perOut(layer.isHasBias() ? 1 : 0)),
                Cost.Terms.ZERO,
                Cost.Terms.pair(site.positions()),
                site.positions());
        return Operation.stem(out, true, slices, cost);
    }

    private Operation sum(Site site) {
        int weights = site.offset() + recurrentAt;
        Cost cost = new Cost(
                new Cost.Terms(0, 1, 0, 0, 0),
                Cost.Terms.ZERO,
                new Cost.Terms(0, site.positions() - 1, 0, 0, 0),
                site.positions());
        List<ChannelSlices> slices = List.of(
                Heads.columns(weights, out, out), new ChannelSlices(Role.STATISTIC, 0, weights, out, out, out, 1));
        Operation sum = Operation.joint(out, false, site.positions()).withParameters(slices, cost);
        return Zeros.after(sum, layer.getActivation().getActivationFunction());
    }
}
