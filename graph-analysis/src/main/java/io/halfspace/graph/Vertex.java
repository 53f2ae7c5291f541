package io.halfspace.graph;

import java.util.List;
import java.util.Objects;

/**
 * One vertex of a trace graph.
 *
 * @param name unique in the graph
 * @param layer the user's name of the layer that it belongs to (equal to {@code name} but for reshaping before a layer)
 * @param type the user's word for what it is: layer class, vertex class or preprocessor class
 * @param inputs indices of the vertices that feed it, each smaller than its own
 * @param operation what it does to channels
 */
public record Vertex(String name, String layer, String type, List<Integer> inputs, Operation operation) {
    public Vertex {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(layer, "layer");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(operation, "operation");
        inputs = List.copyOf(inputs);
    }

    public int channels() {
        return operation.channels();
    }
}
