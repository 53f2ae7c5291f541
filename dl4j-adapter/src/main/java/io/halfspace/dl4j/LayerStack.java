package io.halfspace.dl4j;

import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;

/**
 * Turns the configuration of a {@code MultiLayerNetwork} into that of the same network as a graph.
 *
 * <p>A stack has one topological order, so parameters and updater state lie the same way in both. Unlike {@code
 * MultiLayerNetwork.toComputationGraph}, this keeps each layer's whole configuration (seed, division by the batch size),
 * truncated back-propagation and the counters of iterations and epochs. A layer keeps its name; without one, or with that
 * of another, it is called {@code layer} and its index.
 */
final class LayerStack {
    private static final String INPUT = "input";

    private LayerStack() {}

    static ComputationGraphConfiguration toGraph(MultiLayerConfiguration stack) {
        GraphBuilder builder = new NeuralNetConfiguration.Builder()
                .seed(stack.getConf(0).getSeed())
                .miniBatch(stack.getConf(0).isMiniBatch())
                .dataType(stack.getDataType())
                .graphBuilder()
                .addInputs(INPUT)
                .backpropType(stack.getBackpropType())
                .tBPTTForwardLength(stack.getTbpttFwdLength())
                .tBPTTBackwardLength(stack.getTbpttBackLength())
                .validateOutputLayerConfig(false);
        String last = INPUT;
        Set<String> taken = new HashSet<>(Set.of(INPUT));
        Set<String> own = stack.getConfs().stream()
                .map(layer -> layer.getLayer().getLayerName())
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
        for (int i = 0; i < stack.getConfs().size(); i++) {
            NeuralNetConfiguration layer = stack.getConf(i).clone();
            String name = layer.getLayer().getLayerName();
            if (name == null || !taken.add(name)) {
                name = "layer" + i;
                while (own.contains(name) || !taken.add(name)) {
                    name += "-" + i;
                }
            }
            layer.getLayer().setLayerName(name);
            builder.addVertex(name, new LayerVertex(layer, stack.getInputPreProcess(i)), last);
            last = name;
        }
        ComputationGraphConfiguration graph = builder.setOutputs(last).build();
        graph.setIterationCount(stack.getIterationCount());
        graph.setEpochCount(stack.getEpochCount());
        graph.setTrainingWorkspaceMode(stack.getTrainingWorkspaceMode());
        graph.setInferenceWorkspaceMode(stack.getInferenceWorkspaceMode());
        return graph;
    }
}
