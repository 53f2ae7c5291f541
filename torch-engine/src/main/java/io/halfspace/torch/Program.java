package io.halfspace.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.learning.regularization.Regularization;

/**
 * A network translated: steps in topological order, then its output layers.
 *
 * <p>Holds no tensors; the same program serves every pass.
 */
final class Program {
    private static final int NOBODY = -1;

    private final List<Node> nodes = new ArrayList<>();
    private final List<Output> outputs = new ArrayList<>();
    private final Set<Parameter> trained = new LinkedHashSet<>();
    private final List<Penalty> penalties = new ArrayList<>();
    private final ParameterTable parameters;
    private final List<String> inputs;
    /** By place among network inputs and steps, whether more than one step or output reads it. */
    private final boolean[] shared;
    /** By place, the last step that reads it, if it is a step's result that no output reads. */
    private final int[] lastReader;
    /** How many steps follow one upon the other before anything branches: of the only input, the only way to all else. */
    private final int chain;

    /**
     * A step.
     *
     * @param from where its inputs come from: places among network inputs and earlier steps
     * @param dense whether it is a dense layer
     */
    private record Node(Step step, List<Integer> from, boolean dense) {}

    /**
     * An output layer.
     *
     * @param before what its preprocessor does
     */
    record Output(String name, Step.Unary before, Head head, int from) {}

    /** Regularization of a parameter, which Deeplearning4j adds to the score. */
    record Penalty(Parameter parameter, Regularization regularization) {}

    /**
     * Translates an initialised network, which is not kept.
     *
     * @throws UnsupportedLayerException naming the first layer that no rule covers
     */
    Program(ComputationGraph network) {
        ComputationGraphConfiguration configuration = network.getConfiguration();
        parameters = new ParameterTable(network);
        Map<String, Integer> place = new HashMap<>();
        for (String input : configuration.getNetworkInputs()) {
            place.put(input, place.size());
        }
        inputs = List.copyOf(configuration.getNetworkInputs());
        List<String> outputNames = configuration.getNetworkOutputs();
        Map<String, Output> found = new HashMap<>();
        for (int index : network.topologicalSortOrder()) {
            String name = network.getVertices()[index].getVertexName();
            GraphVertex vertex = configuration.getVertices().get(name);
            if (vertex == null) {
                continue;
            }
            Site site = new Site(name, parameters.of(name), configuration.getDataType(), trained, false);
            List<String> sources = configuration.getVertexInputs().get(name);
            for (String source : sources) {
                if (outputNames.contains(source) && !place.containsKey(source)) {
                    throw site.unsupported(
                            "it reads output layer '%s', whose loss Deeplearning4j trains alone".formatted(source));
                }
            }
            List<Integer> from = sources.stream().map(place::get).toList();
            penalise(vertex, site);
            if (outputNames.contains(name)) {
                found.put(name, output(name, vertex, site, from));
            } else {
                place.put(name, inputs.size() + nodes.size());
                nodes.add(new Node(step(vertex, site), from, isDense(vertex)));
            }
        }
        outputNames.forEach(name -> outputs.add(found.get(name)));
        shared = shared();
        lastReader = lastReaders();
        chain = chain();
    }

    private static boolean isDense(GraphVertex vertex) {
        return vertex instanceof LayerVertex layerVertex
                && layerVertex.getLayerConf().getLayer().getClass() == DenseLayer.class;
    }

    private int chain() {
        int length = 0;
        while (inputs.size() == 1
                && length < nodes.size()
                && nodes.get(length).from().equals(List.of(length))
                && !shared[length]) {
            length++;
        }
        return length;
    }

    private int[] lastReaders() {
        int[] last = new int[inputs.size() + nodes.size()];
        for (int i = 0; i < nodes.size(); i++) {
            for (int place : nodes.get(i).from()) {
                last[place] = inputs.size() + i;
            }
        }
        outputs.forEach(output -> last[output.from()] = NOBODY);
        Arrays.fill(last, 0, inputs.size(), NOBODY);
        return last;
    }

    private boolean[] shared() {
        int[] readers = new int[inputs.size() + nodes.size()];
        nodes.forEach(node -> node.from().forEach(place -> readers[place]++));
        outputs.forEach(output -> readers[output.from()]++);
        boolean[] several = new boolean[readers.length];
        for (int place = 0; place < readers.length; place++) {
            several[place] = readers[place] > 1;
        }
        return several;
    }

    List<String> inputs() {
        return inputs;
    }

    ParameterTable parameters() {
        return parameters;
    }

    Set<Parameter> trained() {
        return trained;
    }

    List<Output> outputs() {
        return outputs;
    }

    List<Penalty> penalties() {
        return penalties;
    }

    /**
     * What flows into each output layer. What a step makes besides its result is freed with it, a result after its last reader
     * (unless the backward pass keeps it), so that what comes next finds memory that is still in the caches.
     */
    @SuppressWarnings("try")
    List<Signal> run(Run run) {
        PointerScope pass = PointerScope.getInnerScope();
        List<Signal> signals = new ArrayList<>(inputs.size() + nodes.size());
        inputs.forEach(name -> signals.add(run.inputs().get(name)));
        for (Node node : nodes) {
            int reader = signals.size();
            boolean apart = node.dense() && reader <= chain;
            int steps = run.steps().size();
            int before = run.ownGradients().size();
            Signal result;
            try (PointerScope own = new PointerScope()) {
                result = node.step()
                        .apply(
                                apart ? run.withProductsApart() : run,
                                node.from().stream().map(signals::get).toList())
                        .ownedBy(pass);
                run.steps().subList(steps, run.steps().size()).forEach(step -> pass.attach(step.value()));
                run.ownGradients().subList(before, run.ownGradients().size()).stream()
                        .flatMap(each -> each.held().stream())
                        .forEach(pass::attach);
            }
            signals.add(shared[reader] ? result.kept() : result);
            node.from().stream()
                    .distinct()
                    .filter(place -> lastReader[place] == reader)
                    .forEach(place -> pass.detach(signals.get(place).tensor()));
        }
        return outputs.stream()
                .map(output -> output.before().apply(run, signals.get(output.from())))
                .toList();
    }

    private static Step step(GraphVertex vertex, Site site) {
        if (!(vertex instanceof LayerVertex layerVertex)) {
            return TorchRules.step(vertex, site);
        }
        Step step = TorchRules.step(layerVertex.getLayerConf().getLayer(), site);
        if (layerVertex.getPreProcessor() == null) {
            return step;
        }
        Step.Unary before = Preprocessors.optional(layerVertex.getPreProcessor(), site);
        return (run, inputs) -> step.apply(run, List.of(before.apply(run, inputs.get(0))));
    }

    private static Output output(String name, GraphVertex vertex, Site site, List<Integer> from) {
        if (!(vertex instanceof LayerVertex layerVertex)) {
            throw site.unsupported("it is an output of the network without a loss, expected an output layer");
        }
        return new Output(
                name,
                Preprocessors.optional(layerVertex.getPreProcessor(), site),
                TorchRules.head(layerVertex.getLayerConf().getLayer(), site),
                from.get(0));
    }

    private void penalise(GraphVertex vertex, Site site) {
        if (!(vertex instanceof LayerVertex layerVertex)) {
            return;
        }
        Layer layer = layerVertex.getLayerConf().getLayer();
        for (Parameter parameter : site.parameters().values()) {
            List<Regularization> all = layer.getRegularizationByParam(parameter.key());
            if (all != null) {
                all.forEach(each -> penalties.add(new Penalty(parameter, each)));
            }
        }
    }
}
