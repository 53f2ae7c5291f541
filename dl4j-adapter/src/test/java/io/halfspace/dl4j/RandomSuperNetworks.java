package io.halfspace.dl4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Random super-networks over images, features or series, the same for the same seed: parallel branches, summed, subtracted
 * or stacked, within each other and beside skips and pooling, with one or two inputs and outputs.
 */
final class RandomSuperNetworks {
    private static final int SIDE = 5;

    private enum Data {
        FEATURES,
        SERIES,
        IMAGES
    }

    /** What a vertex gives. */
    private record Node(String name, int channels) {}

    private final Random random;
    private final Data data;
    private final int inputs;
    private GraphBuilder graph;
    private int named;

    private RandomSuperNetworks(long seed) {
        random = new Random(seed);
        int kind = random.nextInt(8);
        data = kind == 0 ? Data.FEATURES : kind == 1 ? Data.SERIES : Data.IMAGES;
        inputs = 1 + random.nextInt(3) / 2;
    }

    /** Where Deeplearning4j's configuration is built more than once, each time begins from the seed. */
    static Topology of(long seed) {
        RandomSuperNetworks first = new RandomSuperNetworks(seed);
        InputType type = switch (first.data) {
            case FEATURES -> InputType.feedForward(3);
            case SERIES -> InputType.recurrent(3, 4);
            case IMAGES -> InputType.convolutional(SIDE, SIDE, 3);
        };
        List<InputType> types =
                IntStream.range(0, first.inputs).mapToObj(i -> type).toList();
        return new Topology("super " + seed, types, true, graph -> new RandomSuperNetworks(seed).build(graph));
    }

    private void build(GraphBuilder to) {
        graph = to;
        List<Node> stems = new ArrayList<>();
        for (int i = 0; i < inputs; i++) {
            Node in = new Node("in" + i, 3);
            stems.add(random.nextInt(5) == 0 ? in : stem(in, upTo(3) + 1));
        }
        Node at = inputs == 1 || random.nextBoolean() ? stems.get(0) : joined(new MergeVertex(), stems);
        List<String> outputs = new ArrayList<>();
        int blocks = 2 + random.nextInt(3);
        for (int i = 0; i < blocks; i++) {
            at = block(at, 2);
            if (outputs.isEmpty() && random.nextInt(4) == 0) {
                outputs.add(output(at));
            }
        }
        if (inputs == 2) {
            at = joined(new MergeVertex(), List.of(at, stems.get(1)));
        }
        outputs.add(output(at));
        graph.setOutputs(outputs.toArray(String[]::new));
    }

    private Node block(Node from, int depth) {
        boolean stacked = random.nextInt(3) == 0;
        int width = 1 + upTo(3);
        List<Node> ends = new ArrayList<>();
        int branches = upTo(3);
        for (int i = 0; i < branches; i++) {
            ends.add(branch(from, stacked ? upTo(3) : width, depth));
        }
        if (data == Data.IMAGES && (stacked || width == from.channels()) && random.nextInt(3) == 0) {
            ends.add(layer("pool", from, pooling(), from.channels()));
        }
        if (ends.size() == 1 || random.nextBoolean()) {
            ends.add(stacked || width == from.channels() ? from : stem(from, width));
        }
        Node end;
        if (stacked) {
            end = joined(new MergeVertex(), ends);
        } else if (ends.size() == 2 && random.nextInt(5) == 0) {
            end = joined(new ElementWiseVertex(ElementWiseVertex.Op.Subtract), ends);
        } else if (random.nextInt(12) == 0) {
            end = joined(new ElementWiseVertex(ElementWiseVertex.Op.Max), ends);
        } else {
            end = joined(new ElementWiseVertex(ElementWiseVertex.Op.Add), ends);
        }
        return finish(end);
    }

    private Node branch(Node from, int width, int depth) {
        // Deeplearning4j's activation layers write over network inputs: whoever reads them too reads something else.
        boolean first = random.nextInt(3) == 0 && !from.name().startsWith("in");
        Node at = first ? finish(from) : from;
        if (depth > 0 && random.nextInt(3) == 0) {
            at = block(at, depth - 1);
        }
        at = stem(at, width);
        if (depth > 0 && random.nextInt(4) == 0) {
            at = joined(new ElementWiseVertex(ElementWiseVertex.Op.Add), List.of(at, stem(at, width)));
        }
        return finish(at);
    }

    private Node finish(Node at) {
        return switch (random.nextInt(6)) {
            case 0 -> normalised(at);
            case 1 -> activated(at, Activation.RELU);
            case 2 -> activated(normalised(at), Activation.TANH);
            case 3 -> random.nextBoolean() ? at : activated(at, Activation.SIGMOID);
            default -> at;
        };
    }

    private Node stem(Node from, int width) {
        Activation activation = random.nextBoolean() ? Activation.IDENTITY : Activation.ELU;
        return switch (data) {
            case FEATURES ->
                layer(
                        "dense",
                        from,
                        new DenseLayer.Builder()
                                .nOut(width)
                                .activation(activation)
                                .build(),
                        width);
            case SERIES ->
                layer(
                        "lstm",
                        from,
                        new LSTM.Builder()
                                .nOut(width)
                                .activation(Activation.TANH)
                                .build(),
                        width);
            case IMAGES -> convolution(from, width, activation);
        };
    }

    private Node convolution(Node from, int width, Activation activation) {
        int kernel = 1 + 2 * random.nextInt(2);
        if (from.channels() > 2 && random.nextInt(6) == 0) {
            SeparableConvolution2D separable = new SeparableConvolution2D.Builder(kernel, kernel)
                    .convolutionMode(ConvolutionMode.Same)
                    .nOut(width)
                    .activation(activation)
                    .build();
            return layer("separable", from, separable, width);
        }
        ConvolutionLayer layer = new ConvolutionLayer.Builder(kernel, kernel)
                .convolutionMode(ConvolutionMode.Same)
                .nOut(width)
                .hasBias(random.nextBoolean())
                .activation(activation)
                .build();
        return layer("conv", from, layer, width);
    }

    private Node normalised(Node at) {
        return data == Data.SERIES ? at : layer("bn", at, new BatchNormalization.Builder().build(), at.channels());
    }

    private Node activated(Node at, Activation activation) {
        return layer("act", at, new ActivationLayer(activation), at.channels());
    }

    private Layer pooling() {
        SubsamplingLayer.PoolingType type =
                random.nextBoolean() ? SubsamplingLayer.PoolingType.MAX : SubsamplingLayer.PoolingType.AVG;
        return new SubsamplingLayer.Builder(type, new int[] {3, 3}, new int[] {1, 1})
                .convolutionMode(ConvolutionMode.Same)
                .build();
    }

    private String output(Node at) {
        if (data == Data.SERIES) {
            return layer(
                            "out",
                            at,
                            new RnnOutputLayer.Builder(LossFunction.MSE)
                                    .nOut(2)
                                    .activation(Activation.IDENTITY)
                                    .build(),
                            2)
                    .name();
        }
        Node features = data == Data.IMAGES && random.nextBoolean()
                ? layer("global", at, new GlobalPoolingLayer(PoolingType.AVG), at.channels())
                : at;
        Layer last = new OutputLayer.Builder(LossFunction.MSE)
                .nOut(2)
                .activation(Activation.IDENTITY)
                .build();
        return layer("out", features, last, 2).name();
    }

    private Node layer(String kind, Node from, Layer layer, int channels) {
        String name = kind + named++;
        graph.addLayer(name, layer, from.name());
        return new Node(name, channels);
    }

    private Node joined(GraphVertex joint, List<Node> from) {
        String name = (joint instanceof MergeVertex ? "concat" : "join") + named++;
        graph.addVertex(name, joint, from.stream().map(Node::name).toArray(String[]::new));
        int stacked = from.stream().mapToInt(Node::channels).sum();
        return new Node(
                name, joint instanceof MergeVertex ? stacked : from.get(0).channels());
    }

    private int upTo(int most) {
        return 1 + random.nextInt(most);
    }
}
