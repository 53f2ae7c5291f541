package io.halfspace.dl4j;

import io.halfspace.graph.ChannelSlices;
import io.halfspace.graph.Operation;
import io.halfspace.graph.TraceGraph;
import io.halfspace.graph.Vertex;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The parts of one layer at its place in a network. Whatever its rule says is checked against what the layer has; a layer
 * that cannot be understood is one unknown part, with the reason, and never an error.
 *
 * @param shapes what each part gives
 * @param operations what each part does
 */
record Placement(List<Part> parts, List<Shape> shapes, List<Operation> operations) {
    interface OutputOf {
        Shape shape(Object subject, Part part, List<Shape> inputs);
    }

    /**
     * Places a layer.
     *
     * @param inputs what feeds it
     * @param offset position of its first parameter
     * @param parameters number of its parameters
     */
    static Placement of(Object subject, List<Shape> inputs, int offset, int parameters, OutputOf outputs) {
        Shape whole;
        List<Part> parts;
        try {
            parts = Rules.parts(subject);
            whole = outputs.shape(subject, parts.get(parts.size() - 1), inputs);
            if (whole.channels() < 1) {
                throw new IllegalArgumentException("found %d channels".formatted(whole.channels()));
            }
        } catch (RuntimeException | LinkageError e) {
            // Deeplearning4j's own classes throw all kinds here for inputs that they do not expect.
            Shape guess = Outputs.unknown(subject, inputs);
            return unknown(
                    new Site(inputs, guess, offset, parameters),
                    "Deeplearning4j cannot tell its output: " + e.getMessage());
        }
        Site site = new Site(inputs, whole, offset, parameters);
        try {
            return known(parts, site, subject, outputs);
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            return unknown(site, "its rule fails: " + e);
        }
    }

    private static Placement known(List<Part> parts, Site site, Object subject, OutputOf outputs) {
        List<Shape> shapes = new ArrayList<>();
        List<Operation> operations = new ArrayList<>();
        for (Part part : parts) {
            Shape shape = outputs.shape(subject, part, site.inputs());
            List<Shape> read = part.reading(site.inputs(), shapes);
            Operation operation = part.describe().apply(new Site(read, shape, site.offset(), site.parameters()));
            if (operation.kind() == Operation.Kind.UNKNOWN) {
                return unknown(site, operation.protection().orElse("it is not understood"));
            }
            shapes.add(shape);
            operations.add(operation);
        }
        Placement placement = new Placement(parts, shapes, operations);
        return placement.fault(site).map(fault -> unknown(site, fault)).orElse(placement);
    }

    private static Placement unknown(Site site, String reason) {
        Part part = new Part("", List.of(), inputs -> site.output(), s -> Rules.unknown(s, reason), kept -> {
            throw new IllegalStateException("an unknown layer is never resized");
        });
        return new Placement(List.of(part), List.of(site.output()), List.of(Rules.unknown(site, reason)));
    }

    /** Where the rule does not fit the layer. */
    private Optional<String> fault(Site site) {
        long explained = 0;
        List<Vertex> vertices = new ArrayList<>();
        List<Integer> inputs = IntStream.range(0, site.inputs().size()).boxed().toList();
        for (int i : inputs) {
            vertices.add(new Vertex(
                    "input " + i,
                    "",
                    "",
                    List.of(),
                    Operation.input(site.inputs().get(i).channels(), 1)));
        }
        List<Integer> added = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            Operation operation = operations.get(i);
            if (operation.channels() != shapes.get(i).channels()) {
                return Optional.of("its rule expects %d channels and finds %d"
                        .formatted(operation.channels(), shapes.get(i).channels()));
            }
            List<Integer> read = parts.get(i).reading(inputs, added);
            long in = read.stream().mapToLong(v -> vertices.get(v).channels()).sum();
            explained += operation.cost().parameters().at(in, operation.channels())
                    + operation.cost().statistics().at(in, operation.channels());
            added.add(vertices.size());
            vertices.add(new Vertex("part " + i, "", "", read, operation));
            if (operation.slices().stream().anyMatch(slices -> slices.base() < site.offset() || descends(slices))) {
                return Optional.of("its rule names parameters before its own");
            }
        }
        if (explained != site.parameters()) {
            return Optional.of("its rule explains %d of its %d parameters".formatted(explained, site.parameters()));
        }
        try {
            new TraceGraph(vertices, List.of(), site.offset() + site.parameters());
        } catch (IllegalArgumentException e) {
            return Optional.of("its rule does not fit it: " + e.getMessage());
        }
        return Optional.empty();
    }

    private static boolean descends(ChannelSlices slices) {
        return slices.step() < 0 || slices.stride() < 0;
    }
}
