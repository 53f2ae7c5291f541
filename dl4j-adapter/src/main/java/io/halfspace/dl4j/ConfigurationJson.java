package io.halfspace.dl4j;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;

/**
 * Reads the JSON of a graph, or of a stack of layers, as the configuration of a graph that has been checked. Throws
 * whatever Deeplearning4j throws for a configuration it does not accept.
 */
final class ConfigurationJson {
    private ConfigurationJson() {}

    static ComputationGraphConfiguration read(byte[] bytes) throws Unreadable {
        String json = new String(bytes, StandardCharsets.UTF_8);
        Set<String> fields = JsonScan.topFields(json);
        boolean stack = fields.contains("confs");
        if (!stack && !fields.contains("vertices")) {
            throw new Unreadable("its JSON is not the configuration of a Deeplearning4j network, expected a field"
                    + " 'vertices' (ComputationGraph) or 'confs' (MultiLayerNetwork)");
        }
        ComputationGraphConfiguration graph = stack
                ? LayerStack.toGraph(MultiLayerConfiguration.fromJson(json))
                : ComputationGraphConfiguration.fromJson(json);
        GraphCheck.check(graph);
        return graph;
    }
}
