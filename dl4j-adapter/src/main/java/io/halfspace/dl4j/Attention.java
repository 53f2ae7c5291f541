package io.halfspace.dl4j;

import io.halfspace.graph.ChannelSlices;
import io.halfspace.graph.Cost;
import java.util.List;
import java.util.function.LongConsumer;
import org.deeplearning4j.nn.conf.graph.AttentionVertex;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.samediff.AbstractSameDiffLayer;

/**
 * Attention with projections. A head whose values are projected by zeros gives zero, whatever it looks at: heads are
 * channels of a part of their own, {@code <layer>/heads}, and leave with their queries and keys. The output is a matrix
 * product of the heads, whose columns leave one by one; and channels of the inputs leave with the weights that read them.
 *
 * <p>A single dimension of the heads cannot leave: Deeplearning4j divides the scores by the square root of the head's
 * size, so all of them would change. For the same reason nothing is cut of attention without projections, whose only head
 * is its input.
 *
 * <p>Order: queries, keys, values, output (see {@link Heads}).
 */
final class Attention {
    static final String HEADS = "/heads";
    private static final String SCALE =
            "without projections, its scores are divided by the square root of the number of channels";

    private Attention() {}

    static List<Part> self(SelfAttentionLayer layer) {
        if (!layer.isProjectInput()) {
            return unprojected(layer);
        }
        Heads heads = new Heads(layer.getNHeads(), layer.getHeadSize());
        int in = Math.toIntExact(layer.getNIn());
        Part projections = heads.part(
                HEADS,
                List.of(),
                site -> {
                    long steps = site.input().positions();
                    Cost.Terms flops = Cost.Terms.pair(3 * heads.size() * steps).plus(heads.scores(steps, steps));
                    return heads.stem(
                            heads.ofOneInput(site.offset(), in), Cost.Terms.pair(3 * heads.size()), flops, steps);
                },
                kept -> {
                    layer.setNIn(kept.in());
                    layer.setNHeads(kept.out());
                    return forgetting(layer);
                });
        return List.of(
                projections,
                Part.whole(
                        layer,
                        List.of(0),
                        site -> heads.output(site, site.offset() + 3 * heads.projection(in)),
                        kept -> {
                            layer.setNOut(kept.out());
                            return forgetting(layer);
                        }));
    }

    /** Queries, keys and values may be of different lengths, so each is a part of its own. */
    static List<Part> vertex(AttentionVertex vertex) {
        if (!vertex.isProjectInput()) {
            return unprojected(vertex);
        }
        Heads heads = new Heads(vertex.getNHeads(), vertex.getHeadSize());
        int queries = Math.toIntExact(vertex.getNInQueries());
        int keys = Math.toIntExact(vertex.getNInKeys());
        int values = Math.toIntExact(vertex.getNInValues());
        int keysAt = heads.projection(queries);
        int valuesAt = keysAt + heads.projection(keys);
        return List.of(
                projection(heads, "/queries", 0, vertex, vertex::setNInQueries, o -> heads.leaving(o, 0, queries)),
                projection(heads, "/keys", 1, vertex, vertex::setNInKeys, o -> heads.leaving(o + keysAt, 0, keys)),
                projection(
                        heads, "/values", 2, vertex, vertex::setNInValues, o -> heads.values(o + valuesAt, 0, values)),
                heads.part(
                        HEADS,
                        List.of(0, 1, 2),
                        site -> heads.joint(
                                site.input().positions(), site.inputs().get(1).positions()),
                        kept -> {
                            vertex.setNHeads(kept.out());
                            return forgetting(vertex);
                        }),
                Part.whole(
                        vertex,
                        List.of(3),
                        site -> heads.output(site, site.offset() + valuesAt + heads.projection(values)),
                        kept -> {
                            vertex.setNOut(kept.out());
                            return forgetting(vertex);
                        }));
    }

    private interface SlicesAt {
        List<ChannelSlices> from(int offset);
    }

    private static Part projection(
            Heads heads, String suffix, int input, AttentionVertex vertex, LongConsumer setIn, SlicesAt slices) {
        return new Part(
                suffix,
                List.of(Part.input(input)),
                inputs -> heads.shape(inputs.get(input).positions()),
                site -> heads.stem(
                        slices.from(site.offset()),
                        Cost.Terms.pair(heads.size()),
                        Cost.Terms.pair(heads.size() * site.positions()),
                        site.positions()),
                kept -> {
                    setIn.accept(kept.in());
                    return forgetting(vertex);
                });
    }

    static List<Part> unprojected(Object configuration) {
        return List.of(Part.whole(configuration, List.of(), site -> Rules.unknown(site, SCALE), kept -> configuration));
    }

    /** Deeplearning4j keeps the shapes of parameters that it once asked for. */
    static <T extends AbstractSameDiffLayer> T forgetting(T layer) {
        layer.setLayerParams(null);
        return layer;
    }

    private static AttentionVertex forgetting(AttentionVertex vertex) {
        vertex.setVertexParams(null);
        return vertex;
    }
}
