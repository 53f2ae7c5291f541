package io.halfspace.spark;

import io.halfspace.dl4j.NetworkShape;
import io.halfspace.dl4j.NetworkTracer;
import io.halfspace.graph.ErasableSegments;
import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.LayerAnswer;
import io.halfspace.graph.NetworkCost;
import io.halfspace.graph.Thinning;
import io.halfspace.graph.TraceGraph;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * A network with its analysis.
 *
 * @param graph the network
 * @param trace what the analysis sees of it
 * @param groups what may leave together
 */
record Network(ComputationGraph graph, TraceGraph trace, GroupPartition groups) {
    /** Traces a network that takes examples of the given shape, and finds its groups. */
    static Network analyse(ComputationGraph graph, int[] shape) {
        return analyse(graph, NetworkShape.inputType(shape));
    }

    /** The same for any number of inputs, a type each. */
    static Network analyse(ComputationGraph graph, InputType... types) {
        TraceGraph trace = NetworkTracer.trace(graph, types);
        return new Network(graph, trace, GroupPartition.of(trace));
    }

    /**
     * The same, for a network that is to be pruned as a user wants it.
     *
     * @throws JobException exit code 2 if a pattern matches no layer
     */
    static Network analyse(ComputationGraph graph, int[] shape, LayersConfig layers) {
        TraceGraph trace = layers.applyTo(NetworkTracer.trace(graph, NetworkShape.inputType(shape)));
        return new Network(graph, trace, GroupPartition.of(trace));
    }

    /** The same for what is left of such a network: a pattern may have lost all its layers. */
    static Network analyseRest(ComputationGraph graph, int[] shape, LayersConfig layers) {
        TraceGraph trace = layers.applyToRest(NetworkTracer.trace(graph, NetworkShape.inputType(shape)));
        return new Network(graph, trace, GroupPartition.of(trace));
    }

    /**
     * The same, for a network that has something to take away.
     *
     * @throws JobException exit code 2 if a pattern matches no layer, 5 if nothing that the mode takes away may leave
     */
    static Network analyseCompressible(ComputationGraph graph, int[] shape, LayersConfig layers, Mode mode) {
        Network network = analyse(graph, shape, layers);
        if (mode.erases() && network.segments().count() == 0) {
            throw new JobException(
                    ExitCode.UNSUPPORTED_MODEL,
                    "Cannot erase operators of the model: it has no erasable segment, %s"
                            .formatted(network.segments().wording().none()));
        }
        if (mode.prunes() && network.groups.count() == 0) {
            String reasons = LayerAnswer.of(network.trace, network.groups).stream()
                    .map(answer -> answer.name() + ": " + answer.reason())
                    .collect(Collectors.joining(System.lineSeparator() + "  "));
            throw new JobException(
                    ExitCode.UNSUPPORTED_MODEL,
                    "Cannot compress the model: no layer of it is prunable%n  %s".formatted(reasons));
        }
        return network;
    }

    /** The parts of the network that may leave as a whole. */
    ErasableSegments segments() {
        return ErasableSegments.of(trace, groups);
    }

    /** The same analysis of a network of the same structure. */
    Network with(ComputationGraph other) {
        return new Network(other, trace, groups);
    }

    NetworkCost cost() {
        return new Thinning(trace, groups).cost();
    }
}
