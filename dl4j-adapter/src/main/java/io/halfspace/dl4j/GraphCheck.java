package io.halfspace.dl4j;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Cnn3DLossLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.misc.RepeatVector;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;

/**
 * Finds what Deeplearning4j would only notice in its first forward pass, or never: vertices that are not there, cycles, a
 * stored order that contradicts the edges, and layers whose number of inputs is not what their predecessor gives.
 */
final class GraphCheck {
    private static final int CHANNELS = 1;

    private final ComputationGraphConfiguration graph;
    private final Map<String, OptionalLong> channels = new HashMap<>();
    private boolean channelsLast;

    private GraphCheck(ComputationGraphConfiguration graph) {
        this.graph = graph;
    }

    static void check(ComputationGraphConfiguration graph) throws Unreadable {
        GraphCheck check = new GraphCheck(graph);
        check.complete();
        graph.validate(true, false);
        check.storedOrder();
        check.channelsLast = graph.getVertices().values().stream().anyMatch(GraphCheck::hasChannelsLast);
        for (String vertex : check.order()) {
            check.channels.put(vertex, check.channelsOf(vertex));
        }
    }

    private void complete() throws Unreadable {
        if (graph.getVertices() == null
                || graph.getVertexInputs() == null
                || graph.getNetworkInputs() == null
                || graph.getNetworkOutputs() == null) {
            throw new Unreadable("its configuration lacks vertices, their inputs, or the network's inputs or outputs");
        }
        if (!graph.getVertices().keySet().equals(graph.getVertexInputs().keySet())) {
            Set<String> alone = new TreeSet<>(graph.getVertices().keySet());
            alone.removeAll(graph.getVertexInputs().keySet());
            Set<String> missing = new TreeSet<>(graph.getVertexInputs().keySet());
            missing.removeAll(graph.getVertices().keySet());
            throw new Unreadable(
                    "its configuration has vertices without inputs %s and inputs without vertices %s", alone, missing);
        }
        for (Map.Entry<String, GraphVertex> vertex : graph.getVertices().entrySet()) {
            if (vertex.getValue() == null
                    || vertex.getValue() instanceof LayerVertex layer
                            && (layer.getLayerConf() == null
                                    || layer.getLayerConf().getLayer() == null)) {
                throw new Unreadable("its vertex %s has no content", Unreadable.quote(vertex.getKey()));
            }
        }
    }

    /** Vertices after all their inputs, the network's inputs first. */
    private List<String> order() throws Unreadable {
        List<String> order = new ArrayList<>(graph.getNetworkInputs());
        for (String input : order) {
            channels.put(input, OptionalLong.empty());
        }
        Set<String> done = new HashSet<>(order);
        Map<String, List<String>> open = new LinkedHashMap<>(graph.getVertexInputs());
        while (!open.isEmpty()) {
            List<String> ready = open.entrySet().stream()
                    .filter(vertex -> done.containsAll(vertex.getValue()))
                    .map(Map.Entry::getKey)
                    .toList();
            if (ready.isEmpty()) {
                throw new Unreadable("its vertices %s form or follow a cycle", quoteAll(open.keySet()));
            }
            order.addAll(ready);
            done.addAll(ready);
            ready.forEach(open::remove);
        }
        order.removeAll(new HashSet<>(graph.getNetworkInputs()));
        return order;
    }

    /** Deeplearning4j lays out parameters by the stored order and does not look at it twice. */
    private void storedOrder() throws Unreadable {
        int[] order = graph.getTopologicalOrder();
        List<String> names = graph.getTopologicalOrderStr();
        if (order == null || names == null) {
            return;
        }
        Set<String> done = new HashSet<>();
        Set<Integer> indices = new HashSet<>();
        int inputs = graph.getNetworkInputs().size();
        int size = inputs + graph.getVertices().size();
        boolean right = order.length == size && names.size() == size;
        for (int i = 0; right && i < size; i++) {
            String name = names.get(i);
            boolean isInput = graph.getNetworkInputs().contains(name);
            right = done.add(name)
                    && indices.add(order[i])
                    && order[i] >= 0
                    && order[i] < size
                    && isInput == order[i] < inputs
                    && (isInput
                            || graph.getVertices().containsKey(name)
                                    && done.containsAll(graph.getVertexInputs().get(name)));
        }
        if (!right) {
            throw new Unreadable("the order of vertices stored in its configuration contradicts their connections");
        }
    }

    /** Channels a vertex gives; empty where they cannot be told from the configuration alone. */
    private OptionalLong channelsOf(String name) throws Unreadable {
        List<String> inputs = graph.getVertexInputs().get(name);
        List<OptionalLong> given = inputs.stream().map(channels::get).toList();
        GraphVertex vertex = graph.getVertices().get(name);
        if (vertex instanceof LayerVertex layer) {
            return channelsOfLayer(name, layer, inputs.get(0), given.get(0));
        }
        boolean known = given.stream().allMatch(OptionalLong::isPresent);
        if (!known) {
            return OptionalLong.empty();
        }
        if (vertex instanceof MergeVertex merge) {
            return merge.getMergeAxis() == CHANNELS && !channelsLast
                    ? OptionalLong.of(
                            given.stream().mapToLong(OptionalLong::getAsLong).sum())
                    : OptionalLong.empty();
        }
        boolean same = given.stream().distinct().count() == 1;
        return same && vertex.getClass() == ElementWiseVertex.class ? given.get(0) : OptionalLong.empty();
    }

    /** Whether any layer has another format than Deeplearning4j's usual one; then axes do not tell what they are. */
    private static boolean hasChannelsLast(GraphVertex vertex) {
        if (!(vertex instanceof LayerVertex layerVertex)) {
            return false;
        }
        Layer layer = layerVertex.getLayerConf().getLayer();
        return layer instanceof ConvolutionLayer convolution && convolution.getCnn2dDataFormat() == CNN2DFormat.NHWC
                || layer instanceof Convolution1DLayer series && series.getRnnDataFormat() == RNNFormat.NWC
                || layer instanceof SubsamplingLayer pooling && pooling.getCnn2dDataFormat() == CNN2DFormat.NHWC
                || layer instanceof BaseRecurrentLayer recurrent && recurrent.getRnnDataFormat() == RNNFormat.NWC
                || layer instanceof EmbeddingSequenceLayer words && words.getOutputFormat() == RNNFormat.NWC;
    }

    private OptionalLong channelsOfLayer(String name, LayerVertex vertex, String from, OptionalLong given)
            throws Unreadable {
        Layer layer = vertex.getLayerConf().getLayer();
        OptionalLong taken = behind(vertex.getPreProcessor(), given);
        if (keepsChannels(layer)) {
            return taken;
        }
        if (!(layer instanceof FeedForwardLayer stem)) {
            return OptionalLong.empty();
        }
        if (stem.getNIn() <= 0 || stem.getNOut() <= 0) {
            throw new Unreadable(
                    "its layer %s has no size, found nIn %d and nOut %d; give the network an input type before saving it",
                    Unreadable.quote(name), stem.getNIn(), stem.getNOut());
        }
        if (!readsChannels(layer)) {
            return OptionalLong.empty();
        }
        if (taken.isPresent() && taken.getAsLong() != stem.getNIn()) {
            throw new Unreadable(
                    "its layer %s does not fit the one before it, found nIn %d, expected the %d that %s gives",
                    Unreadable.quote(name), stem.getNIn(), taken.getAsLong(), Unreadable.quote(from));
        }
        return OptionalLong.of(stem.getNOut());
    }

    private static OptionalLong behind(InputPreProcessor preProcessor, OptionalLong given) {
        if (preProcessor == null) {
            return given;
        }
        if (preProcessor.getClass() == CnnToFeedForwardPreProcessor.class) {
            CnnToFeedForwardPreProcessor flatten = (CnnToFeedForwardPreProcessor) preProcessor;
            long positions = flatten.getInputHeight() * flatten.getInputWidth();
            return positions > 0 && given.isPresent()
                    ? OptionalLong.of(given.getAsLong() * positions)
                    : OptionalLong.empty();
        }
        return OptionalLong.empty();
    }

    private static boolean keepsChannels(Layer layer) {
        return layer instanceof ActivationLayer
                || layer instanceof DropoutLayer
                || layer.getClass() == SubsamplingLayer.class
                || layer instanceof LossLayer
                || layer instanceof CnnLossLayer
                || layer instanceof Cnn3DLossLayer
                || layer instanceof RnnLossLayer
                || layer instanceof RepeatVector
                || layer instanceof PReLULayer
                || layer instanceof Upsampling2D
                || layer instanceof ZeroPaddingLayer;
    }

    private static boolean readsChannels(Layer layer) {
        return layer.getClass() == ConvolutionLayer.class
                || layer instanceof DenseLayer
                || layer instanceof BaseOutputLayer
                || layer instanceof BatchNormalization;
    }

    private static String quoteAll(Set<String> names) {
        List<String> quoted = names.stream().limit(8).map(Unreadable::quote).toList();
        return String.join(", ", quoted) + (names.size() > quoted.size() ? ", ..." : "");
    }
}
