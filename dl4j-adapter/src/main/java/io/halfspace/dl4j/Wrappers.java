package io.halfspace.dl4j;

import io.halfspace.graph.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.preprocessor.ComposableInputPreProcessor;

/** What wraps another layer, vertex or preprocessor stands for the same parts, perhaps protected. */
final class Wrappers {
    private Wrappers() {}

    static List<Part> frozen(FrozenLayer layer) {
        return inside(layer, layer.getLayer(), Wrappers::frozen);
    }

    static List<Part> frozen(FrozenLayerWithBackprop layer) {
        return inside(layer, layer.getUnderlying(), Wrappers::frozen);
    }

    /** Around a vertex without parameters there is nothing to freeze. */
    static List<Part> frozen(FrozenVertex vertex) {
        GraphVertex inner = vertex.getUnderlying();
        if (inner instanceof LayerVertex) {
            return List.of(Part.whole(
                    vertex,
                    List.of(),
                    site -> Rules.unknown(site, "it is a frozen vertex around a layer"),
                    k -> vertex));
        }
        boolean free = inner.numParams(true) == 0;
        return Rules.parts(inner).stream()
                .map(part -> part.inside(
                        kept -> new FrozenVertex((GraphVertex) part.resize().apply(kept)),
                        free ? UnaryOperator.identity() : Wrappers::frozen))
                .toList();
    }

    static List<Part> preprocessor(PreprocessorVertex vertex) {
        return Rules.parts(vertex.getPreProcessor()).stream()
                .map(part -> part.inside(
                        kept -> new PreprocessorVertex(
                                (InputPreProcessor) part.resize().apply(kept)),
                        UnaryOperator.identity()))
                .toList();
    }

    /** One part a preprocessor, {@code /0}, {@code /1}, ...; the last one has the name of the chain. */
    static List<Part> chain(ComposableInputPreProcessor chain) {
        InputPreProcessor[] links = chain.getInputPreProcessors();
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < links.length; i++) {
            int link = i;
            List<Part> inner = Rules.parts(links[i]);
            if (inner.size() != 1) {
                return List.of(Part.whole(
                        chain, List.of(), site -> Rules.unknown(site, "it is a chain of chains"), kept -> chain));
            }
            Part part = inner.get(0);
            parts.add(new Part(
                    i == links.length - 1 ? "" : "/" + i,
                    i == 0 ? List.of() : List.of(i - 1),
                    inputs -> through(links, link, inputs),
                    part.describe(),
                    kept -> {
                        links[link] = (InputPreProcessor) part.resize().apply(kept);
                        return chain;
                    }));
        }
        return parts;
    }

    private static Shape through(InputPreProcessor[] links, int last, List<Shape> inputs) {
        Shape shape = inputs.get(0);
        for (int i = 0; i <= last; i++) {
            shape = Outputs.of(links[i], List.of(shape));
        }
        return shape;
    }

    /** The parts of a layer whose wrapper is changed by changing the layer. */
    static List<Part> inside(Object wrapper, Object layer, UnaryOperator<Operation> change) {
        return Rules.parts(layer).stream()
                .map(part -> part.inside(
                        kept -> {
                            part.resize().apply(kept);
                            return wrapper;
                        },
                        change))
                .toList();
    }

    private static Operation frozen(Operation operation) {
        return operation.protection().isPresent() ? operation : operation.protectedBecause("it is frozen");
    }
}
