package io.halfspace.dl4j;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.AttentionVertex;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.graph.rnn.ReverseTimeSeriesVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocallyConnected1D;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.nd4j.linalg.activations.Activation;

/** Networks over series, put together at random: the same seed gives the same network. */
final class RandomSeries {
    private static final int STEPS = 5;
    private static final int MOST_CHANNELS = 16;
    private static final List<Activation> ACTIVATIONS =
            List.of(Activation.TANH, Activation.TANH, Activation.RELU, Activation.SIGMOID, Activation.SOFTSIGN);

    /** What a vertex gives at each step. */
    private record Node(String name, int channels) {}

    private final Random random;
    private final List<InputType> inputs = new ArrayList<>();
    private final List<Node> series = new ArrayList<>();
    private final Set<String> read = new LinkedHashSet<>();
    private GraphBuilder graph;
    private int count;

    private RandomSeries(long seed) {
        random = new Random(seed);
        int number = 1 + random.nextInt(3) / 2;
        for (int i = 0; i < number; i++) {
            inputs.add(InputType.recurrent(upTo(4), STEPS));
        }
    }

    static Topology of(long seed) {
        List<InputType> inputs = new RandomSeries(seed).inputs;
        return new Topology("random series " + seed, inputs, true, graph -> new RandomSeries(seed).build(graph));
    }

    private void build(GraphBuilder to) {
        graph = to;
        for (int i = 0; i < inputs.size(); i++) {
            series.add(new Node("in" + i, ((int) ((InputType.InputTypeRecurrent) inputs.get(i)).getSize())));
        }
        int layers = 3 + random.nextInt(6);
        while (count < layers) {
            add(pick());
        }
        List<String> ends = new ArrayList<>();
        for (Node loose : List.copyOf(series)) {
            if (!read.contains(loose.name())) {
                ends.add(end(loose));
            }
        }
        String last = ends.get(0);
        if (ends.size() > 1) {
            last = "ends";
            graph.addVertex(last, new MergeVertex(), ends.toArray(String[]::new));
        }
        graph.addLayer("out", Blocks.output(), last).setOutputs("out");
    }

    private void add(Node from) {
        int out = upTo(5);
        switch (random.nextInt(17)) {
            case 0, 1 -> layer(from, recurrent(out), out);
            case 2 -> {
                Bidirectional.Mode[] modes = Bidirectional.Mode.values();
                Bidirectional.Mode mode = modes[random.nextInt(modes.length)];
                layer(from, new Bidirectional(mode, recurrent(out)), mode == Bidirectional.Mode.CONCAT ? 2 * out : out);
            }
            case 3, 4 ->
                layer(
                        from,
                        new SelfAttentionLayer.Builder()
                                .nOut(out)
                                .nHeads(upTo(3))
                                .headSize(upTo(3))
                                .projectInput(true)
                                .build(),
                        out);
            case 5 ->
                layer(
                        from,
                        new RecurrentAttentionLayer.Builder()
                                .nOut(out)
                                .nHeads(upTo(3))
                                .headSize(upTo(3))
                                .hasBias(random.nextBoolean())
                                .activation(random.nextBoolean() ? Activation.TANH : Activation.SIGMOID)
                                .build(),
                        out);
            case 6, 7 -> attention(out);
            case 8 ->
                layer(
                        from,
                        new Convolution1DLayer.Builder(upTo(3))
                                .convolutionMode(ConvolutionMode.Same)
                                .hasBias(random.nextBoolean())
                                .nOut(out)
                                .activation(activation())
                                .build(),
                        out);
            // Behind some layers Deeplearning4j forgets how many steps there are.
            case 9 ->
                layer(
                        series.get(random.nextInt(inputs.size())),
                        new LocallyConnected1D.Builder()
                                .kernelSize(3)
                                .convolutionMode(ConvolutionMode.Same)
                                .hasBias(random.nextBoolean())
                                .nOut(out)
                                .activation(random.nextBoolean() ? Activation.RELU : Activation.SIGMOID)
                                .setInputSize(STEPS)
                                .build(),
                        out);
            case 10 -> layer(from, new TimeDistributed(Blocks.dense(out, activation())), out);
            case 11 ->
                layer(
                        from,
                        new MaskZeroLayer.Builder()
                                .setUnderlying(recurrent(out))
                                .setMaskValue(random.nextBoolean() ? 0 : 0.5)
                                .build(),
                        out);
            case 12 -> layer(from, new ActivationLayer(activation()), from.channels());
            case 13 -> {
                int first = random.nextInt(from.channels());
                int last = first + random.nextInt(from.channels() - first);
                vertex(new SubsetVertex(first, last), last - first + 1, from);
            }
            case 14 -> vertex(new ReverseTimeSeriesVertex(), from.channels(), from);
            default -> join(from);
        }
    }

    private void attention(int out) {
        Node queries = pick();
        Node keys = pick();
        Node values = pick();
        vertex(
                new AttentionVertex.Builder()
                        .nInQueries(queries.channels())
                        .nInKeys(keys.channels())
                        .nInValues(values.channels())
                        .nOut(out)
                        .nHeads(upTo(3))
                        .headSize(upTo(3))
                        .projectInput(true)
                        .build(),
                out,
                queries,
                keys,
                values);
    }

    private void join(Node from) {
        Node other = pick();
        if (other == from) {
            return;
        }
        if (other.channels() == from.channels()) {
            ElementWiseVertex.Op[] ops = ElementWiseVertex.Op.values();
            vertex(new ElementWiseVertex(ops[random.nextInt(ops.length)]), from.channels(), from, other);
        } else if (other.channels() + from.channels() <= MOST_CHANNELS) {
            vertex(new MergeVertex(), from.channels() + other.channels(), from, other);
        }
    }

    private String end(Node from) {
        String name = "end" + count++;
        Layer layer = switch (random.nextInt(4)) {
            case 0 -> new LastTimeStep(recurrent(upTo(4)));
            case 1 -> new LastTimeStep(new Bidirectional(Bidirectional.Mode.CONCAT, recurrent(upTo(4))));
            case 2 -> new GlobalPoolingLayer(PoolingType.MAX);
            default -> new GlobalPoolingLayer(PoolingType.AVG);
        };
        graph.addLayer(name, layer, from.name());
        return name;
    }

    @SuppressWarnings("deprecation") // Stored networks still hold layers of Graves.
    private Layer recurrent(int out) {
        return switch (random.nextInt(3)) {
            case 0 -> new LSTM.Builder().nOut(out).activation(activation()).build();
            case 1 ->
                new GravesLSTM.Builder().nOut(out).activation(activation()).build();
            default ->
                new SimpleRnn.Builder().nOut(out).activation(activation()).build();
        };
    }

    private void layer(Node from, Layer layer, int channels) {
        String name = next(layer);
        graph.addLayer(name, layer, from.name());
        read.add(from.name());
        series.add(new Node(name, channels));
    }

    private void vertex(GraphVertex vertex, int channels, Node... from) {
        String name = next(vertex);
        String[] names = Arrays.stream(from).map(Node::name).toArray(String[]::new);
        graph.addVertex(name, vertex, names);
        read.addAll(Arrays.asList(names));
        series.add(new Node(name, channels));
    }

    private String next(Object subject) {
        return subject.getClass().getSimpleName() + count++;
    }

    private Activation activation() {
        return ACTIVATIONS.get(random.nextInt(ACTIVATIONS.size()));
    }

    private Node pick() {
        return series.get(random.nextInt(series.size()));
    }

    private int upTo(int most) {
        return 1 + random.nextInt(most);
    }
}
