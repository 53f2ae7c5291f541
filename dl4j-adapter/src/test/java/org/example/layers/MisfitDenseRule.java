package org.example.layers;

import io.halfspace.dl4j.LayerRule;
import io.halfspace.dl4j.Site;
import io.halfspace.graph.ChannelMap;
import io.halfspace.graph.ChannelSlices;
import io.halfspace.graph.Cost;
import io.halfspace.graph.Operation;
import java.util.List;

/** Everything that a rule can get wrong. */
public final class MisfitDenseRule implements LayerRule<MisfitDense> {
    @Override
    public Class<MisfitDense> type() {
        return MisfitDense.class;
    }

    @Override
    public Operation describe(MisfitDense layer, Site site) {
        Cost all = new Cost(Cost.Terms.constant(site.parameters()), Cost.Terms.ZERO, Cost.Terms.ZERO, 1);
        int out = site.channels();
        return switch (layer.getLayerName()) {
            case "throws" -> throw new UnsupportedOperationException("not today");
            case "null" -> null;
            case "channels" -> Operation.stem(out + 1, true, List.of(), all);
            case "parameters" -> Operation.stem(out, true, List.of(), Cost.free(1));
            case "beyond" -> stem(site, ChannelSlices.trainable(site.offset() + 1, 1, 1, out, site.parameters() / out));
            case "before" -> stem(site, ChannelSlices.trainable(site.offset() - 1, 1, 1, 1, 1));
            case "backwards" -> stem(site, ChannelSlices.trainable(site.offset(), -1, 1, 1, 1));
            case "identity" -> Operation.accessory(out, ChannelMap.IDENTITY, true, List.of(), all);
            case "gather" -> Operation.accessory(out, new ChannelMap.Gather(new int[out + 1]), true, List.of(), all);
            case "input" -> stem(site, ChannelSlices.consumer(7, site.offset(), 1, 1, 1, 1));
            default -> throw new StackOverflowError();
        };
    }

    private static Operation stem(Site site, ChannelSlices slices) {
        Cost all = new Cost(Cost.Terms.constant(site.parameters()), Cost.Terms.ZERO, Cost.Terms.ZERO, 1);
        return Operation.stem(site.channels(), true, List.of(slices), all);
    }
}
