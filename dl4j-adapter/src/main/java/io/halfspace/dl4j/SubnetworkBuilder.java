package io.halfspace.dl4j;

import io.halfspace.graph.GroupSet;
import io.halfspace.graph.Remainder;
import io.halfspace.graph.TraceGraph;
import io.halfspace.graph.Vertex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Cuts the sub-network without some groups out of a network: without channels of layers, or without whole segments and what
 * only served them. If the parameters of these groups are zero, both compute the same.
 *
 * <p>The built network shares nothing with the original, which is not modified. It has the same names of inputs and outputs,
 * updater, regularization, data type, and counts of iterations and epochs, and the vertices that stay in their old order; an
 * input that feeds nothing any more is still declared. It has no optimiser state (cut that with the same {@link Remainder}:
 * Deeplearning4j keeps it in the order of the parameters).
 */
public final class SubnetworkBuilder {
    private SubnetworkBuilder() {}

    /**
     * Builds the sub-network without some groups.
     *
     * @param zeroGroups by group, whether it leaves; not modified
     * @throws IllegalArgumentException if a layer would lose all its channels, or an output or a joint all that feeds it
     */
    public static ComputationGraph build(
            ComputationGraph network, TraceGraph trace, GroupSet groups, boolean[] zeroGroups) {
        return build(network, trace, groups.without(zeroGroups));
    }

    /** Builds the sub-network of what stays. */
    public static ComputationGraph build(ComputationGraph network, TraceGraph trace, Remainder remainder) {
        ComputationGraphConfiguration original = network.getConfiguration();
        ComputationGraphConfiguration configuration = ComputationGraphConfiguration.fromJson(original.toJson());
        for (int v = 0; v < trace.size(); v++) {
            Kept kept = kept(trace, remainder, v);
            if (remainder.stays(v) && isCut(trace, v, kept)) {
                resize(configuration, trace.vertex(v), kept);
            }
        }
        rewire(configuration, network, trace, remainder);
        configuration.setIterationCount(original.getIterationCount());
        configuration.setEpochCount(original.getEpochCount());
        ComputationGraph built = new ComputationGraph(configuration);
        built.init(gather(network.params(), remainder), false);
        return built;
    }

    /**
     * Takes vertices out and connects the others. A joint that stays with one input copies it, which a merge would not do.
     * Deeplearning4j lays parameters out in its topological order, which it would find anew and differently; a stored order
     * binds it.
     */
    private static void rewire(
            ComputationGraphConfiguration configuration,
            ComputationGraph network,
            TraceGraph trace,
            Remainder remainder) {
        Set<String> staying = new HashSet<>();
        for (int v = 0; v < trace.size(); v++) {
            if (remainder.stays(v)) {
                staying.add(trace.vertex(v).layer());
            }
        }
        configuration.getVertices().keySet().retainAll(staying);
        configuration.getVertexInputs().keySet().retainAll(staying);
        Map<String, Map<String, String>> renamed = new HashMap<>();
        for (int v = 0; v < trace.size(); v++) {
            String layer = trace.vertex(v).layer();
            List<String> before = layers(trace, trace.vertex(v).inputs());
            List<String> inputs = layers(trace, remainder.inputs(v));
            if (inputs.isEmpty() || inputs.contains(layer)) {
                continue;
            }
            if (inputs.size() < before.size()) {
                configuration.getVertexInputs().put(layer, new ArrayList<>(inputs));
                if (inputs.size() == 1) {
                    configuration.getVertices().put(layer, new ElementWiseVertex(ElementWiseVertex.Op.Add));
                }
                continue;
            }
            // A layer may stand for several vertices, each of which reads some of its inputs.
            Map<String, String> names = renamed.computeIfAbsent(layer, l -> new HashMap<>());
            IntStream.range(0, before.size()).forEach(i -> names.put(before.get(i), inputs.get(i)));
        }
        renamed.forEach((layer, names) -> configuration
                .getVertexInputs()
                .computeIfPresent(
                        layer,
                        (l, inputs) -> inputs.stream()
                                .map(input -> names.getOrDefault(input, input))
                                .collect(Collectors.toCollection(ArrayList::new))));
        List<String> order = Arrays.stream(network.topologicalSortOrder())
                .mapToObj(index -> network.getVertices()[index].getVertexName())
                .filter(staying::contains)
                .collect(Collectors.toCollection(ArrayList::new));
        List<String> numbered = new ArrayList<>(configuration.getNetworkInputs());
        numbered.addAll(configuration.getVertices().keySet());
        configuration.setTopologicalOrderStr(order);
        configuration.setTopologicalOrder(
                order.stream().mapToInt(numbered::indexOf).toArray());
    }

    private static List<String> layers(TraceGraph trace, List<Integer> vertices) {
        return vertices.stream().map(v -> trace.vertex(v).layer()).toList();
    }

    private static Kept kept(TraceGraph trace, Remainder remainder, int v) {
        List<int[]> inputs =
                trace.vertex(v).inputs().stream().map(remainder::channels).toList();
        return new Kept(inputs, remainder.channels(v));
    }

    private static boolean isCut(TraceGraph trace, int v, Kept kept) {
        Vertex vertex = trace.vertex(v);
        boolean cut = kept.out() < vertex.channels();
        for (int i = 0; i < vertex.inputs().size(); i++) {
            int channels = trace.vertex(vertex.inputs().get(i)).channels();
            cut |= kept.inputs().get(i).length < channels;
        }
        return cut;
    }

    private static void resize(ComputationGraphConfiguration configuration, Vertex traced, Kept kept) {
        GraphVertex vertex = configuration.getVertices().get(traced.layer());
        String part = NetworkTracer.suffix(traced);
        if (!(vertex instanceof LayerVertex layerVertex)) {
            configuration.getVertices().put(traced.layer(), (GraphVertex) Rules.resized(vertex, part, kept));
        } else if (NetworkTracer.isPreprocessor(traced)) {
            layerVertex.setPreProcessor((InputPreProcessor) Rules.resized(layerVertex.getPreProcessor(), part, kept));
        } else {
            Layer layer = layerVertex.getLayerConf().getLayer();
            layerVertex.getLayerConf().setLayer((Layer) Rules.resized(layer, part, kept));
        }
    }

    /** The values that stay, as a row of the same data type. */
    static INDArray gather(INDArray full, Remainder remainder) {
        INDArray flat = full.reshape(full.length());
        INDArray kept = full.dataType() == DataType.DOUBLE
                ? Nd4j.createFromArray(remainder.gather(flat.toDoubleVector()))
                : Nd4j.createFromArray(
                                remainder.gather(flat.castTo(DataType.FLOAT).toFloatVector()))
                        .castTo(full.dataType());
        return kept.reshape(1, remainder.length());
    }
}
