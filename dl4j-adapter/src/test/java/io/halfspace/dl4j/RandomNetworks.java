package io.halfspace.dl4j;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.L2Vertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocallyConnected2D;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SpaceToDepthLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.ComposableInputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Random small networks over images and features, the same for the same seed. */
final class RandomNetworks {
    private static final int MOST_CHANNELS = 24;
    private static final List<Activation> ACTIVATIONS = List.of(
            Activation.RELU,
            Activation.IDENTITY,
            Activation.TANH,
            Activation.ELU,
            Activation.SWISH,
            Activation.LEAKYRELU);

    /** What a vertex gives; plain features have height 0. */
    private record Node(String name, int channels, int height, int width) {
        boolean isAlike(Node other) {
            return channels == other.channels && isAsLarge(other);
        }

        boolean isAsLarge(Node other) {
            return height == other.height && width == other.width;
        }
    }

    private final Random random;
    private final boolean channelsLast;
    private final List<InputType> inputs = new ArrayList<>();
    private final List<Node> images = new ArrayList<>();
    private final List<Node> features = new ArrayList<>();
    private final Set<String> read = new LinkedHashSet<>();
    private GraphBuilder graph;
    private int count;

    private RandomNetworks(long seed) {
        random = new Random(seed);
        channelsLast = random.nextInt(6) == 0;
        int number = 1 + random.nextInt(3) / 2;
        for (int i = 0; i < number; i++) {
            inputs.add(
                    i > 0 && random.nextBoolean()
                            ? InputType.feedForward(upTo(4))
                            : InputType.convolutional(
                                    6, 6, upTo(3), channelsLast ? CNN2DFormat.NHWC : CNN2DFormat.NCHW));
        }
    }

    /** Where Deeplearning4j's configuration is built more than once, each time begins from the seed. */
    static Topology of(long seed) {
        List<InputType> inputs = new RandomNetworks(seed).inputs;
        return new Topology("random " + seed, inputs, true, graph -> new RandomNetworks(seed).build(graph));
    }

    private void build(GraphBuilder to) {
        graph = to;
        for (int i = 0; i < inputs.size(); i++) {
            if (inputs.get(i) instanceof InputType.InputTypeConvolutional image) {
                images.add(new Node("in" + i, (int) image.getChannels(), 6, 6));
            } else {
                features.add(new Node("in" + i, (int) inputs.get(i).arrayElementsPerExample(), 0, 0));
            }
        }
        int layers = 3 + random.nextInt(8);
        while (count < layers) {
            if (channelsLast) {
                addChannelsLast(pick(images));
            } else {
                addToImage(pick(images));
            }
        }
        List<String> outputs = new ArrayList<>();
        List<Node> loose =
                images.stream().filter(image -> !read.contains(image.name())).toList();
        if (random.nextInt(4) == 0 && !channelsLast) {
            outputs.add(layer(loose.get(0), new CnnLossLayer.Builder(LossFunction.MSE).build(), loose.get(0))
                    .name());
        }
        loose.forEach(this::toFeatures);
        layers = count + 2 + random.nextInt(6);
        while (count < layers) {
            addToFeatures(pick(features));
        }
        List<Node> ends =
                features.stream().filter(end -> !read.contains(end.name())).toList();
        int split = random.nextInt(ends.size());
        outputs.add(output(ends.subList(split, ends.size())));
        if (split > 0) {
            outputs.add(output(ends.subList(0, split)));
        }
        graph.setOutputs(outputs.toArray(String[]::new));
    }

    private void addToImage(Node from) {
        int channels = upTo(6);
        int kernel = upTo(3);
        int stride = 1 + random.nextInt(4) / 3;
        boolean bias = random.nextInt(4) > 0;
        boolean large = from.height() > 7 || from.width() > 7;
        switch (random.nextInt(23)) {
            case 0, 1, 2 ->
                image(
                        from,
                        new ConvolutionLayer.Builder(kernel, upTo(3))
                                .stride(stride, stride)
                                .convolutionMode(ConvolutionMode.Same)
                                .hasBias(bias)
                                .nOut(channels)
                                .activation(activation())
                                .build(),
                        channels,
                        stride);
            case 3 -> {
                int multiplier = upTo(3);
                if (from.channels() * multiplier <= MOST_CHANNELS) {
                    image(
                            from,
                            new DepthwiseConvolution2D.Builder(kernel, upTo(3))
                                    .depthMultiplier(multiplier)
                                    .convolutionMode(ConvolutionMode.Same)
                                    .hasBias(bias)
                                    .activation(activation())
                                    .build(),
                            from.channels() * multiplier,
                            1);
                }
            }
            case 4, 5 -> {
                if (from.channels() > 1) {
                    image(
                            from,
                            new SeparableConvolution2D.Builder(kernel, upTo(3))
                                    .depthMultiplier(upTo(2))
                                    .convolutionMode(ConvolutionMode.Same)
                                    .hasBias(bias)
                                    .nOut(channels)
                                    .activation(activation())
                                    .build(),
                            channels,
                            1);
                }
            }
            case 6 -> {
                if (!large) {
                    Node up = new Node("", channels, from.height() * 2, from.width() * 2);
                    images.add(layer(
                            from,
                            new Deconvolution2D.Builder(2, 2 + random.nextInt(2))
                                    .stride(2, 2)
                                    .convolutionMode(ConvolutionMode.Same)
                                    .hasBias(bias)
                                    .nOut(channels)
                                    .activation(activation())
                                    .build(),
                            up));
                }
            }
            case 7, 8 -> image(from, new BatchNormalization(), from.channels(), 1);
            case 9 -> image(from, new ActivationLayer(activation()), from.channels(), 1);
            case 10 -> image(from, pooling(), from.channels(), 2);
            case 11 -> {
                if (!large) {
                    Node up = new Node("", from.channels(), from.height() * 2, from.width() * 2);
                    images.add(layer(from, new Upsampling2D.Builder(2).build(), up));
                }
            }
            case 12 -> {
                Node padded = new Node("", from.channels(), from.height() + 1, from.width() + 2);
                images.add(layer(from, new ZeroPaddingLayer(1, 0, 1, 1), padded));
            }
            case 13 -> {
                if (from.height() > 2 && from.width() > 2) {
                    Node cropped = new Node("", from.channels(), from.height() - 1, from.width() - 1);
                    images.add(layer(from, new Cropping2D(0, 1, 1, 0), cropped));
                }
            }
            case 14 -> image(from, new DropoutLayer(0.7), from.channels(), 1);
            case 15 -> {
                boolean even = from.height() % 2 == 0 && from.width() % 2 == 0;
                if (even && from.channels() * 4 <= MOST_CHANNELS) {
                    Node deep = new Node("", from.channels() * 4, from.height() / 2, from.width() / 2);
                    images.add(layer(from, new SpaceToDepthLayer.Builder<>(2).build(), deep));
                }
            }
            case 16 ->
                image(
                        from,
                        new PReLULayer.Builder()
                                .inputShape(from.channels(), from.height(), from.width())
                                .sharedAxes(2, 3)
                                .build(),
                        from.channels(),
                        1);
            case 17 -> {
                if (!large && from.channels() <= 6) {
                    image(
                            from,
                            new LocallyConnected2D.Builder()
                                    .kernelSize(2, 2)
                                    .convolutionMode(ConvolutionMode.Same)
                                    .hasBias(bias)
                                    .nOut(channels)
                                    .activation(random.nextBoolean() ? Activation.RELU : Activation.SIGMOID)
                                    .setInputSize(from.height(), from.width())
                                    .build(),
                            channels,
                            1);
                }
            }
            case 18 -> {
                Node turned = new Node("", from.channels(), from.width(), from.height());
                images.add(vertex(new ReshapeVertex(-1, from.channels(), from.width(), from.height()), turned, from));
            }
            case 19 -> {
                if (from.height() % 2 == 0 && from.channels() * 2 <= MOST_CHANNELS) {
                    Node more = new Node("", from.channels() * 2, from.height() / 2, from.width());
                    images.add(vertex(new ReshapeVertex(-1, more.channels(), more.height(), more.width()), more, from));
                }
            }
            case 20 -> {
                if (from.channels() % 2 == 0 && !large) {
                    Node fewer = new Node("", from.channels() / 2, from.height() * 2, from.width());
                    images.add(vertex(
                            new ReshapeVertex(-1, fewer.channels(), fewer.height(), fewer.width()), fewer, from));
                }
            }
            default -> join(images, from);
        }
    }

    /** Deeplearning4j's other image layers do not all take channels last. */
    private void addChannelsLast(Node from) {
        int channels = upTo(6);
        switch (random.nextInt(8)) {
            case 0, 1, 2 ->
                image(
                        from,
                        new ConvolutionLayer.Builder(upTo(3), upTo(3))
                                .convolutionMode(ConvolutionMode.Same)
                                .nOut(channels)
                                .activation(activation())
                                .build(),
                        channels,
                        1);
            case 3 -> image(from, new BatchNormalization(), from.channels(), 1);
            case 4 -> image(from, pooling(), from.channels(), 2);
            case 5 -> image(from, new ActivationLayer(activation()), from.channels(), 1);
            default -> join(images, from);
        }
    }

    private void addToFeatures(Node from) {
        int width = upTo(6);
        switch (random.nextInt(13)) {
            case 0, 1, 2 -> features.add(dense(from, width));
            case 3 -> features.add(layer(from, new BatchNormalization(), from));
            case 4 -> features.add(layer(from, new ActivationLayer(activation()), from));
            case 5 -> {
                int first = random.nextInt(from.channels());
                int last = first + random.nextInt(from.channels() - first);
                Node picked = new Node("", last - first + 1, 0, 0);
                features.add(vertex(new SubsetVertex(first, last), picked, from));
            }
            case 6 -> {
                GraphVertex vertex = random.nextBoolean() ? new L2NormalizeVertex() : new ScaleVertex(0.7);
                features.add(vertex(vertex, from, from));
            }
            case 7 ->
                features.add(layer(
                        from,
                        new ElementWiseMultiplicationLayer.Builder()
                                .nIn(from.channels())
                                .nOut(from.channels())
                                .activation(activation())
                                .build(),
                        from));
            case 8 -> {
                Node other = dense(from, from.channels());
                features.add(vertex(new L2Vertex(), new Node("", 1, 0, 0), from, other));
            }
            case 9 -> features.add(folded(dense(from, 4 * upTo(3))));
            default -> join(features, from);
        }
    }

    /** Joins alike nodes; sometimes makes one that is. */
    private void join(List<Node> nodes, Node from) {
        Node other = pick(nodes);
        boolean fits = from.channels() + other.channels() <= MOST_CHANNELS;
        if (random.nextBoolean() && fits && from.isAsLarge(other) && from != other) {
            Node both = new Node("", from.channels() + other.channels(), from.height(), from.width());
            nodes.add(vertex(new MergeVertex(), both, from, other));
            return;
        }
        if (!from.isAlike(other) || from == other) {
            other = from.height() == 0
                    ? dense(from, from.channels())
                    : layer(
                            from,
                            new ConvolutionLayer.Builder(3, 3)
                                    .convolutionMode(ConvolutionMode.Same)
                                    .nOut(from.channels())
                                    .activation(activation())
                                    .build(),
                            from);
        }
        ElementWiseVertex.Op[] ops = ElementWiseVertex.Op.values();
        nodes.add(vertex(new ElementWiseVertex(ops[random.nextInt(ops.length)]), from, from, other));
    }

    /** Features as images of 2 x 2, and back. */
    private Node folded(Node from) {
        int maps = from.channels() / 4;
        InputPreProcessor fold = new FeedForwardToCnnPreProcessor(2, 2, maps);
        ConvolutionLayer convolution = new ConvolutionLayer.Builder(2, 2)
                .convolutionMode(ConvolutionMode.Same)
                .nOut(upTo(4))
                .activation(activation())
                .build();
        String name = next(convolution);
        if (random.nextBoolean()) {
            fold = new ComposableInputPreProcessor(
                    fold,
                    new CnnToFeedForwardPreProcessor(2, 2, maps),
                    new FeedForwardToCnnPreProcessor(1, 2, 2 * maps));
        }
        graph.addLayer(name, convolution, fold, from.name());
        read.add(from.name());
        Node image = new Node(name, (int) convolution.getNOut(), 2, 2);
        return layer(image, new GlobalPoolingLayer(PoolingType.SUM), new Node("", image.channels(), 0, 0));
    }

    private void toFeatures(Node image) {
        int flat = image.channels() * image.height() * image.width();
        if (random.nextBoolean() && flat <= 400) {
            features.add(dense(image, 1 + upTo(5)));
        } else {
            PoolingType type =
                    List.of(PoolingType.AVG, PoolingType.MAX, PoolingType.SUM).get(random.nextInt(3));
            features.add(layer(image, new GlobalPoolingLayer(type), new Node("", image.channels(), 0, 0)));
        }
    }

    private String output(List<Node> ends) {
        Node[] all = ends.toArray(Node[]::new);
        Node end = all[0];
        if (all.length > 1) {
            int channels = Arrays.stream(all).mapToInt(Node::channels).sum();
            end = vertex(new MergeVertex(), new Node("", channels, 0, 0), all);
        }
        OutputLayer layer = new OutputLayer.Builder(LossFunction.MSE)
                .nOut(2)
                .activation(Activation.IDENTITY)
                .build();
        return layer(end, layer, end).name();
    }

    private Node dense(Node from, int width) {
        return layer(
                from,
                new DenseLayer.Builder()
                        .nOut(width)
                        .hasBias(random.nextInt(4) > 0)
                        .activation(activation())
                        .build(),
                new Node("", width, 0, 0));
    }

    private SubsamplingLayer pooling() {
        SubsamplingLayer.PoolingType type =
                random.nextBoolean() ? SubsamplingLayer.PoolingType.MAX : SubsamplingLayer.PoolingType.AVG;
        return new SubsamplingLayer.Builder(type, new int[] {2, 2}, new int[] {2, 2})
                .convolutionMode(ConvolutionMode.Same)
                .build();
    }

    private void image(Node from, Layer layer, int channels, int stride) {
        int height = (from.height() + stride - 1) / stride;
        int width = (from.width() + stride - 1) / stride;
        images.add(layer(from, layer, new Node("", channels, height, width)));
    }

    private Node layer(Node from, Layer layer, Node given) {
        String name = next(layer);
        graph.addLayer(name, layer, from.name());
        read.add(from.name());
        return new Node(name, given.channels(), given.height(), given.width());
    }

    private Node vertex(GraphVertex vertex, Node given, Node... from) {
        String name = next(vertex);
        String[] names = Arrays.stream(from).map(Node::name).toArray(String[]::new);
        graph.addVertex(name, vertex, names);
        read.addAll(List.of(names));
        return new Node(name, given.channels(), given.height(), given.width());
    }

    private String next(Object subject) {
        return subject.getClass().getSimpleName() + count++;
    }

    private Activation activation() {
        return ACTIVATIONS.get(random.nextInt(ACTIVATIONS.size()));
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private int upTo(int most) {
        return 1 + random.nextInt(most);
    }
}
