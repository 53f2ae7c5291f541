package io.halfspace.spark;

import io.halfspace.graph.Operation;
import io.halfspace.graph.TraceGraph;
import io.halfspace.graph.Vertex;
import io.halfspace.solver.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What a user wants of single layers. A pattern is the name of a layer, in which {@code *} stands for any characters and
 * {@code ?} for one.
 *
 * @param include layers that may lose channels; empty for all
 * @param exclude layers that may not
 * @param minChannels channels that layers keep at least, by pattern; the last that matches counts
 * @param roundTo what the number of channels that a layer keeps is a multiple of, unless it keeps all; 1 for any number
 */
record LayersConfig(List<String> include, List<String> exclude, Map<String, Integer> minChannels, int roundTo) {
    /** Nothing in particular. */
    static final LayersConfig ALL = new LayersConfig(List.of(), List.of(), Map.of(), 1);

    LayersConfig {
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
        minChannels = new LinkedHashMap<>(minChannels);
    }

    static LayersConfig read(ConfigSection section) {
        ConfigSection least = section.section("min-channels");
        Map<String, Integer> minChannels = new LinkedHashMap<>();
        for (String pattern : least.keys()) {
            minChannels.put(pattern, least.integer(pattern, 1, 1, 1_000_000));
        }
        return new LayersConfig(
                section.texts("include"),
                section.texts("exclude"),
                minChannels,
                section.integer("round-to", 1, 1, 4096));
    }

    /**
     * The network as the analysis shall see it. Layers that are not included are protected where they make channels of
     * their own; what only passes channels on stays as it is.
     *
     * @throws JobException exit code 2 if a pattern matches no layer
     */
    TraceGraph applyTo(TraceGraph trace) {
        List<String> patterns = new ArrayList<>(include);
        patterns.addAll(exclude);
        patterns.addAll(minChannels.keySet());
        for (String pattern : patterns) {
            if (trace.vertices().stream().noneMatch(vertex -> matches(pattern, vertex))) {
                throw new JobException(
                        ExitCode.CONFIGURATION,
                        "Cannot use layers pattern '%s': it matches no layer of the model; 'analyze' lists them"
                                .formatted(pattern));
            }
        }
        return applyToRest(trace);
    }

    /** The same for what is left of the network: a pattern may have lost all its layers. */
    TraceGraph applyToRest(TraceGraph trace) {
        List<Vertex> vertices = trace.vertices().stream().map(this::applyTo).toList();
        return new TraceGraph(vertices, trace.outputs(), trace.parameterLength());
    }

    /** The target, met in numbers of channels that this allows. */
    Target rounded(Target target) {
        return roundTo == 1 ? target : new Target.Rounded(target, roundTo);
    }

    /** Whether layers are to keep more than they need. */
    boolean hasFloors() {
        return roundTo > 1 || !minChannels.isEmpty();
    }

    /** The same without floors. */
    LayersConfig withoutFloors() {
        return new LayersConfig(include, exclude, Map.of(), 1);
    }

    private Vertex applyTo(Vertex vertex) {
        Operation operation = vertex.operation();
        for (Map.Entry<String, Integer> least : minChannels.entrySet()) {
            if (matches(least.getKey(), vertex)) {
                operation = operation.withLeastChannels(least.getValue());
            }
        }
        boolean open = operation.protection().isEmpty();
        if (open && exclude.stream().anyMatch(pattern -> matches(pattern, vertex))) {
            operation = operation.protectedBecause("the job file excludes it");
        } else if (open
                && operation.kind() == Operation.Kind.STEM
                && !include.isEmpty()
                && include.stream().noneMatch(pattern -> matches(pattern, vertex))) {
            operation = operation.protectedBecause("the job file does not include it");
        }
        return new Vertex(vertex.name(), vertex.layer(), vertex.type(), vertex.inputs(), operation);
    }

    private static boolean matches(String pattern, Vertex vertex) {
        String quoted = Pattern.quote(pattern).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q");
        return vertex.operation().kind() != Operation.Kind.INPUT && Pattern.matches(quoted, vertex.layer());
    }
}
