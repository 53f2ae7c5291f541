package io.halfspace.dl4j;

import io.halfspace.graph.Operation;
import io.halfspace.graph.TraceGraph;
import io.halfspace.graph.Vertex;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.rnn.DuplicateToTimeSeriesVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Reads a network's configuration into a trace graph: one vertex for each of Deeplearning4j's, in its topological order
 * and with its name, and one more, named {@code <layer>/preprocessor}, for each preprocessor before a layer. Some layers
 * stand for several vertices (see {@link Part}): attention has one named {@code <layer>/heads}; a layer that stacks the
 * outputs of two directions is a vertex with the units of one, and another, {@code <layer>/directions}, with those of both.
 *
 * <p>Parameter positions are those of {@code ComputationGraph.params()}. A vertex that no rule covers, or whose rule does
 * not account for exactly the channels and parameters that it has, is unknown, with the reason; it is never an error.
 */
public final class NetworkTracer {
    private static final String PREPROCESSOR = "/preprocessor";
    /** Follows a name that the user has already given to another vertex. */
    private static final String PRIME = "'";

    private final ComputationGraph network;
    private final ComputationGraphConfiguration configuration;
    private final List<Vertex> vertices = new ArrayList<>();
    private final List<Shape> shapes = new ArrayList<>();
    private final Map<String, Integer> indices = new HashMap<>();
    private int offset;

    private NetworkTracer(ComputationGraph network) {
        this.network = network;
        configuration = network.getConfiguration();
    }

    /**
     * Traces a network. Neither the network nor its configuration is modified.
     *
     * @param inputTypes what each network input takes, in order; may be left out where the first layers tell it, which
     *     convolutions do not (the height and width of images are not stored in a network)
     * @throws IllegalArgumentException if an input type is missing and the layers do not tell it
     */
    public static TraceGraph trace(ComputationGraph network, InputType... inputTypes) {
        List<InputType> types = inputTypes.length == 0 ? InputTypes.of(network) : List.of(inputTypes);
        return new NetworkTracer(network).trace(types);
    }

    private TraceGraph trace(List<InputType> types) {
        List<String> inputs = configuration.getNetworkInputs();
        if (types.size() != inputs.size()) {
            throw new IllegalArgumentException("Cannot trace the network: found %d input types, expected %d (for %s)"
                    .formatted(types.size(), inputs.size(), inputs));
        }
        for (int index : network.topologicalSortOrder()) {
            String name = network.getVertices()[index].getVertexName();
            int input = inputs.indexOf(name);
            if (input >= 0) {
                Shape shape = Shape.of(types.get(input));
                add(name, name, "Input", List.of(), Operation.input(shape.channels(), shape.positions()), shape);
            } else {
                traceVertex(name, configuration.getVertices().get(name));
            }
        }
        List<Integer> outputs =
                configuration.getNetworkOutputs().stream().map(indices::get).toList();
        return new TraceGraph(vertices, outputs, offset);
    }

    private void traceVertex(String name, GraphVertex vertex) {
        List<Integer> inputs = configuration.getVertexInputs().get(name).stream()
                .map(indices::get)
                .toList();
        int parameters = Math.toIntExact(vertex.numParams(true));
        if (!(vertex instanceof LayerVertex layerVertex)) {
            describe(name, name, vertex, inputs, parameters);
            return;
        }
        InputPreProcessor preprocessor = layerVertex.getPreProcessor();
        if (preprocessor != null) {
            describe(name + PREPROCESSOR, name, preprocessor, inputs, 0);
            inputs = List.of(vertices.size() - 1);
        }
        describe(name, name, layerVertex.getLayerConf().getLayer(), inputs, parameters);
    }

    /** Whether a vertex of the trace stands for a preprocessor before a layer, or for a part of one. */
    static boolean isPreprocessor(Vertex vertex) {
        return vertex.name().startsWith(vertex.layer() + PREPROCESSOR);
    }

    /** What the name of a vertex of the trace adds to that of its layer or preprocessor. */
    static String suffix(Vertex vertex) {
        String layer = vertex.layer() + (isPreprocessor(vertex) ? PREPROCESSOR : "");
        return vertex.name().substring(layer.length()).replace(PRIME, "");
    }

    private void describe(String name, String layer, Object subject, List<Integer> inputs, int parameters) {
        List<Shape> given = inputs.stream().map(shapes::get).toList();
        Placement placement = Placement.of(subject, given, offset, parameters, this::outputOf);
        List<Integer> added = new ArrayList<>();
        for (int i = 0; i < placement.parts().size(); i++) {
            Part part = placement.parts().get(i);
            Operation operation = placement.operations().get(i);
            boolean last = i == placement.parts().size() - 1;
            boolean unknown = operation.kind() == Operation.Kind.UNKNOWN;
            if (last && !unknown && configuration.getNetworkOutputs().contains(name)) {
                operation = operation.protectedBecause("it is a network output");
            }
            String own = name + part.suffix();
            add(
                    own.equals(layer) ? own : unused(own),
                    layer,
                    subject.getClass().getSimpleName(),
                    part.reading(inputs, added),
                    operation,
                    placement.shapes().get(i));
            added.add(vertices.size() - 1);
        }
        indices.put(name, vertices.size() - 1);
        offset += parameters;
    }

    /** A name that no vertex of the user's has. */
    private String unused(String name) {
        String unused = name;
        while (configuration.getVertices().containsKey(unused)
                || configuration.getNetworkInputs().contains(unused)) {
            unused += PRIME;
        }
        return unused;
    }

    private Shape outputOf(Object subject, Part part, List<Shape> inputs) {
        Object vertex = subject instanceof FrozenVertex frozen ? frozen.getUnderlying() : subject;
        if (vertex instanceof DuplicateToTimeSeriesVertex duplicate) {
            return Outputs.alongside(inputs.get(0), shapes.get(indices.get(duplicate.getInputName())));
        }
        return part.gives().apply(inputs);
    }

    private void add(String name, String layer, String type, List<Integer> inputs, Operation operation, Shape shape) {
        indices.put(name, vertices.size());
        vertices.add(new Vertex(name, layer, type, inputs, operation));
        shapes.add(shape);
    }
}
