package io.halfspace.dl4j;

import io.halfspace.graph.Cost;
import io.halfspace.graph.Operation;
import io.halfspace.graph.TraceGraph;
import io.halfspace.graph.Vertex;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.rnn.DuplicateToTimeSeriesVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Reads a network's configuration into a trace graph: one vertex for each of Deeplearning4j's, in its topological order
 * and with its name, and one more, named {@code <layer>/preprocessor}, for each preprocessor before a layer. A layer that
 * stacks the outputs of two directions is a vertex with the units of one, and another, named {@code <layer>/directions},
 * with those of both.
 *
 * <p>Parameter positions are those of {@code ComputationGraph.params()}. A vertex that no rule covers, or whose rule does
 * not account for exactly the channels and parameters that it has, is unknown, with the reason; it is never an error.
 */
public final class NetworkTracer {
    private static final String PREPROCESSOR = "/preprocessor";
    private static final String DIRECTIONS = "/directions";

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
        if (!(vertex instanceof LayerVertex layerVertex)) {
            describe(name, name, vertex, inputs, Math.toIntExact(vertex.numParams(true)));
            return;
        }
        InputPreProcessor preprocessor = layerVertex.getPreProcessor();
        if (preprocessor != null) {
            describe(name + PREPROCESSOR, name, preprocessor, inputs, 0);
            inputs = List.of(vertices.size() - 1);
        }
        Layer layer = layerVertex.getLayerConf().getLayer();
        describe(name, name, layer, inputs, Math.toIntExact(vertex.numParams(true)));
        if (layer instanceof Bidirectional both && both.getMode() == Bidirectional.Mode.CONCAT) {
            stackDirections(name, both);
        }
    }

    private void stackDirections(String name, Bidirectional layer) {
        int units = vertices.size() - 1;
        Shape one = shapes.get(units);
        Shape both = Outputs.withChannels(one, 2 * one.channels());
        Operation operation = Recurrent.directions(one.channels(), one.positions());
        add(name + DIRECTIONS, name, layer.getClass().getSimpleName(), List.of(units), operation, both);
        indices.put(name, vertices.size() - 1);
    }

    /** Whether a vertex of the trace stands for a preprocessor before a layer. */
    static boolean isPreprocessor(Vertex vertex) {
        return vertex.name().equals(vertex.layer() + PREPROCESSOR);
    }

    private void describe(String name, String layer, Object subject, List<Integer> inputs, int parameters) {
        List<Shape> given = inputs.stream().map(shapes::get).toList();
        Shape shape;
        Operation operation;
        try {
            shape = outputOf(subject, given);
            Site site = new Site(given, shape, offset, parameters);
            operation = accountedFor(Rules.operation(subject, site), site);
        } catch (RuntimeException e) {
            // Deeplearning4j's own classes throw all kinds here for inputs that they do not expect.
            shape = Outputs.unknown(subject, given);
            operation = Rules.unknown(
                    new Site(given, shape, offset, parameters),
                    "Deeplearning4j cannot tell its output: " + e.getMessage());
        }
        if (configuration.getNetworkOutputs().contains(name)) {
            operation = operation.protectedBecause("it is a network output");
        }
        add(name, layer, subject.getClass().getSimpleName(), inputs, operation, shape);
        offset += parameters;
    }

    private Shape outputOf(Object subject, List<Shape> inputs) {
        if (subject instanceof DuplicateToTimeSeriesVertex duplicate) {
            return Outputs.alongside(inputs.get(0), shapes.get(indices.get(duplicate.getInputName())));
        }
        return Outputs.of(subject, inputs);
    }

    private void add(String name, String layer, String type, List<Integer> inputs, Operation operation, Shape shape) {
        indices.put(name, vertices.size());
        vertices.add(new Vertex(name, layer, type, inputs, operation));
        shapes.add(shape);
    }

    /** The operation if its channels and parameters are the layer's, else unknown. */
    private static Operation accountedFor(Operation operation, Site site) {
        Cost cost = operation.cost();
        long in = site.inputs().stream().mapToLong(Shape::channels).sum();
        long explained = cost.parameters().at(in, operation.channels())
                + cost.statistics().at(in, operation.channels());
        if (operation.channels() != site.channels()) {
            return Rules.unknown(
                    site, "its rule expects %d channels and finds %d".formatted(operation.channels(), site.channels()));
        }
        if (explained != site.parameters()) {
            return Rules.unknown(
                    site, "its rule explains %d of its %d parameters".formatted(explained, site.parameters()));
        }
        return operation;
    }
}
