package io.halfspace.dl4j;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * Networks that can be asked for by name, in the shapes the published compression tables use for small images.
 *
 * <p>With 3x32x32 inputs and 10 classes: {@code vgg16-bn} has 15.25 M parameters and 313.73 M multiplications,
 * {@code resnet18} 11.17 M and 555.42 M, {@code resnet20} 0.27 M and 40.8 M.
 */
public final class BuiltinNetworks {
    private static final Map<String, Network> NETWORKS = new LinkedHashMap<>();

    static {
        NETWORKS.put("digits", new Network(4, 1, 8, BuiltinNetworks::digits));
        NETWORKS.put("lenet", new Network(16, 1, 28, BuiltinNetworks::lenet));
        NETWORKS.put("branches", new Network(4, 3, 32, BuiltinNetworks::branches));
        NETWORKS.put("resnet20", new Network(1, 3, 32, BuiltinNetworks::resnet20));
        NETWORKS.put("resnet18", new Network(1, 3, 32, BuiltinNetworks::resnet18));
        NETWORKS.put("vgg16-bn", new Network(32, 3, 32, BuiltinNetworks::vgg16));
    }

    private BuiltinNetworks() {}

    /** Gives the name of the vertex that the classifier reads. */
    private interface Body {
        String draw(GraphSketch sketch);
    }

    /** {@code usualChannels} and {@code usualSide}: of the images that the network was made for. */
    private record Network(int smallestSide, int usualChannels, int usualSide, Body body) {}

    public static List<String> names() {
        return List.copyOf(NETWORKS.keySet());
    }

    /** Channels, height and width of the images that a network was made for; empty if there is none of that name. */
    public static Optional<int[]> usualInput(String name) {
        return Optional.ofNullable(NETWORKS.get(name))
                .map(network -> new int[] {network.usualChannels, network.usualSide, network.usualSide});
    }

    /**
     * A network with fresh parameters, the same for the same seed.
     *
     * @see #configuration
     */
    public static ComputationGraph create(
            String name, int[] inputShape, int classes, long seed, IUpdater updater, double l2) {
        ComputationGraph network = new ComputationGraph(configuration(name, inputShape, classes, seed, updater, l2));
        network.init();
        return network;
    }

    /**
     * The configuration of a network, all sizes inferred from the input.
     *
     * @param name one of {@link #names()}
     * @param inputShape channels, height, width
     * @param l2 weight of the squared norm of convolution and dense weights in the loss; 0 for none
     * @throws IllegalArgumentException if there is no such network or it cannot take such an input
     */
    public static ComputationGraphConfiguration configuration(
            String name, int[] inputShape, int classes, long seed, IUpdater updater, double l2) {
        Network network = NETWORKS.get(name);
        if (network == null) {
            throw new IllegalArgumentException(
                    "Cannot create network '%s': there is none of that name, expected one of %s, %s"
                            .formatted(
                                    name,
                                    String.join(", ", NETWORKS.keySet()),
                                    String.join(", ", ZooNetworks.names())));
        }
        if (inputShape.length != 3 || Arrays.stream(inputShape).anyMatch(size -> size < 1)) {
            throw new IllegalArgumentException(
                    "Cannot create network '%s': found input shape %s, expected [channels, height, width]"
                            .formatted(name, Arrays.toString(inputShape)));
        }
        int side = Math.min(inputShape[1], inputShape[2]);
        if (side < network.smallestSide()) {
            throw new IllegalArgumentException(
                    "Cannot create network '%s': its input is too small, found %d x %d, expected at least %d x %d"
                            .formatted(
                                    name,
                                    inputShape[1],
                                    inputShape[2],
                                    network.smallestSide(),
                                    network.smallestSide()));
        }
        if (classes < 2) {
            throw new IllegalArgumentException(
                    "Cannot create network '%s': found %d classes, expected at least 2".formatted(name, classes));
        }
        GraphSketch sketch = new GraphSketch(inputShape, seed, updater, l2);
        return sketch.classify(network.body().draw(sketch), classes);
    }

    /** For the 8x8 digits: three convolutions. */
    private static String digits(GraphSketch sketch) {
        String x = sketch.convolutionBlock("block1", GraphSketch.INPUT, 16, 3, 1);
        x = sketch.convolutionBlock("block2", x, 32, 3, 1);
        x = sketch.maxPooling("halve", x);
        x = sketch.convolutionBlock("block3", x, 32, 3, 1);
        return sketch.globalPooling(x);
    }

    /** LeNet as Caffe draws it: 20 and 50 channels, 500 hidden units, convolutions with bias. */
    private static String lenet(GraphSketch sketch) {
        String x = sketch.plainConvolution("conv1", GraphSketch.INPUT, 20, 5);
        x = sketch.maxPooling("pool1", x);
        x = sketch.plainConvolution("conv2", x, 50, 5);
        x = sketch.maxPooling("pool2", x);
        return sketch.dense("dense", x, 500);
    }

    /** A concatenation of three parallel branches, then a sum of two branches and a skip: one joint of each kind. */
    private static String branches(GraphSketch sketch) {
        String stem = sketch.convolutionBlock("stem", GraphSketch.INPUT, 16, 3, 1);
        String wide = sketch.convolutionBlock("branch5", stem, 8, 5, 1);
        String middle = sketch.convolutionBlock("branch3", stem, 16, 3, 1);
        String narrow = sketch.convolutionBlock("branch1", stem, 8, 1, 1);
        String x = sketch.concat("concat", wide, middle, narrow);
        x = sketch.maxPooling("halve", sketch.convolutionBlock("mix", x, 32, 3, 1));
        String deep = sketch.normalizedConvolution("deep2", sketch.convolutionBlock("deep1", x, 32, 3, 1), 32, 3, 1);
        String shallow = sketch.normalizedConvolution("shallow", x, 32, 1, 1);
        x = sketch.relu("add", sketch.sum("add", deep, shallow, x));
        return sketch.globalPooling(sketch.convolutionBlock("last", x, 32, 3, 1));
    }

    /** ResNet-20 of the CIFAR table (He et al. 2015, 4.2), with trainable shortcuts (option B) throughout. */
    private static String resnet20(GraphSketch sketch) {
        return residualStages(sketch, 3, 16, 32, 64);
    }

    /** ResNet-18 with a 3x3 stem and no first pooling, as used for 32x32 images. */
    private static String resnet18(GraphSketch sketch) {
        return residualStages(sketch, 2, 64, 128, 256, 512);
    }

    private static String residualStages(GraphSketch sketch, int blocks, int... widths) {
        String x = sketch.convolutionBlock("stem", GraphSketch.INPUT, widths[0], 3, 1);
        for (int stage = 0; stage < widths.length; stage++) {
            for (int block = 0; block < blocks; block++) {
                boolean narrows = stage > 0 && block == 0;
                x = residualBlock(sketch, "s%db%d".formatted(stage + 1, block + 1), x, widths[stage], narrows);
            }
        }
        return sketch.globalPooling(x);
    }

    private static String residualBlock(GraphSketch sketch, String name, String from, int width, boolean narrows) {
        int stride = narrows ? 2 : 1;
        String x = sketch.convolutionBlock(name + "-1", from, width, 3, stride);
        x = sketch.normalizedConvolution(name + "-2", x, width, 3, 1);
        String shortcut = narrows ? sketch.normalizedConvolution(name + "-shortcut", from, width, 1, stride) : from;
        return sketch.relu(name, sketch.sum(name + "-add", x, shortcut));
    }

    /** VGG-16 with batch-norm and the classifier of the published tables: two hidden layers of 512. */
    private static String vgg16(GraphSketch sketch) {
        int[][] stages = {{64, 64}, {128, 128}, {256, 256, 256}, {512, 512, 512}, {512, 512, 512}};
        String x = GraphSketch.INPUT;
        for (int stage = 0; stage < stages.length; stage++) {
            for (int i = 0; i < stages[stage].length; i++) {
                x = sketch.convolutionBlock("s%dc%d".formatted(stage + 1, i + 1), x, stages[stage][i], 3, 1);
            }
            x = sketch.maxPooling("s%d-pool".formatted(stage + 1), x);
        }
        return sketch.dense("dense2", sketch.dense("dense1", sketch.globalPooling(x), 512), 512);
    }
}
