package io.halfspace.torch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Where the parameters of a network lie in its flat vector, as Deeplearning4j itself lays them out. */
final class ParameterTable {
    private final List<Parameter> all = new ArrayList<>();
    private final Map<String, Map<String, Parameter>> byVertex = new LinkedHashMap<>();

    /** Reads the views of an initialised network, which is not kept. */
    ParameterTable(ComputationGraph network) {
        for (int index : network.topologicalSortOrder()) {
            GraphVertex vertex = network.getVertices()[index];
            if (vertex.numParams() == 0) {
                continue;
            }
            Map<String, Parameter> own = new LinkedHashMap<>();
            for (Map.Entry<String, INDArray> entry : vertex.paramTable(false).entrySet()) {
                INDArray view = entry.getValue();
                int offset = Math.toIntExact(view.offset() - network.params().offset());
                Parameter parameter = new Parameter(
                        all.size(),
                        entry.getKey(),
                        offset,
                        view.shape().clone(),
                        view.stride().clone());
                all.add(parameter);
                own.put(entry.getKey(), parameter);
            }
            byVertex.put(vertex.getVertexName(), own);
        }
    }

    List<Parameter> all() {
        return all;
    }

    Map<String, Parameter> of(String vertex) {
        return byVertex.getOrDefault(vertex, Map.of());
    }
}
