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
 * Networks that can be asked for by name, in the shapes the published compression tables use for small images. Those with
 * sizes of their own take them after a colon: {@code super-resnet:width=16,depth=2}; sizes that are left out have defaults.
 *
 * <p>With 3x32x32 inputs and 10 classes: {@code vgg16-bn} has 15.25 M parameters and 313.73 M multiplications,
 * {@code resnet18} 11.17 M and 555.42 M, {@code resnet20} 0.27 M and 40.8 M, {@code stacked-unets} 0.78 M and 207 M.
 */
public final class BuiltinNetworks {
    private static final Map<String, Network> NETWORKS = new LinkedHashMap<>();

    static {
        NETWORKS.put("digits", Network.of(4, 1, 8, ImageNetworks::digits));
        NETWORKS.put("lenet", Network.of(16, 1, 28, ImageNetworks::lenet));
        NETWORKS.put("branches", Network.of(4, 3, 32, ImageNetworks::branches));
        NETWORKS.put("resnet20", Network.of(1, 3, 32, ImageNetworks::resnet20));
        NETWORKS.put("resnet18", Network.of(1, 3, 32, ImageNetworks::resnet18));
        NETWORKS.put("vgg16-bn", Network.of(32, 3, 32, ImageNetworks::vgg16));
        NETWORKS.put(
                "demo-supnet", new Network(2, 1, 1, 28, NetworkName.sizes("width", 64), SuperNetworks::demoSupNet));
        NETWORKS.put(
                "stacked-unets", new Network(8, 8, 3, 32, NetworkName.sizes("width", 64), SuperNetworks::stackedUnets));
        NETWORKS.put(
                "super-resnet",
                new Network(1, 1, 3, 32, NetworkName.sizes("width", 16, "depth", 2), SuperNetworks::superResNet));
        NETWORKS.put(
                "darts",
                new Network(4, 1, 3, 32, NetworkName.sizes("cells", 8, "width", 16, "nodes", 4), DartsCells::draw));
    }

    private BuiltinNetworks() {}

    /** Gives the name of the vertex that the classifier reads. */
    interface Body {
        String draw(GraphSketch sketch, Map<String, Integer> sizes);
    }

    /**
     * {@code sideMultiple}: what both sides of an image must be a multiple of; {@code usualChannels} and {@code usualSide}:
     * of the images that the network was made for; {@code sizes}: its own sizes with their defaults.
     */
    private record Network(
            int smallestSide,
            int sideMultiple,
            int usualChannels,
            int usualSide,
            Map<String, Integer> sizes,
            Body body) {
        /** A network of fixed sizes. */
        static Network of(int smallestSide, int usualChannels, int usualSide, FixedBody body) {
            return new Network(
                    smallestSide, 1, usualChannels, usualSide, Map.of(), (sketch, sizes) -> body.draw(sketch));
        }
    }

    private interface FixedBody {
        String draw(GraphSketch sketch);
    }

    /** The names without sizes. */
    public static List<String> names() {
        return List.copyOf(NETWORKS.keySet());
    }

    /** Channels, height and width of the images that a network was made for; empty if there is none of that name. */
    public static Optional<int[]> usualInput(String name) {
        return Optional.ofNullable(NETWORKS.get(NetworkName.stem(name)))
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
     * The configuration of a network, all other sizes inferred from the input.
     *
     * @param name one of {@link #names()}, with sizes of its own or without
     * @param inputShape channels, height, width
     * @param l2 weight of the squared norm of convolution and dense weights in the loss; 0 for none
     * @throws IllegalArgumentException if there is no such network or it cannot take such an input
     */
    public static ComputationGraphConfiguration configuration(
            String name, int[] inputShape, int classes, long seed, IUpdater updater, double l2) {
        Network network = NETWORKS.get(NetworkName.stem(name));
        if (network == null) {
            throw fault(
                    name,
                    "there is none of that name, expected one of %s, %s"
                            .formatted(String.join(", ", NETWORKS.keySet()), String.join(", ", ZooNetworks.names())));
        }
        Map<String, Integer> sizes = NetworkName.sizes(name, network.sizes());
        checkInput(name, network, inputShape);
        if (classes < 2) {
            throw fault(name, "found %d classes, expected at least 2".formatted(classes));
        }
        GraphSketch sketch = new GraphSketch(inputShape, seed, updater, l2);
        return sketch.classify(network.body().draw(sketch, sizes), classes);
    }

    private static void checkInput(String name, Network network, int[] shape) {
        if (shape.length != 3 || Arrays.stream(shape).anyMatch(size -> size < 1)) {
            throw fault(
                    name, "found input shape %s, expected [channels, height, width]".formatted(Arrays.toString(shape)));
        }
        if (Math.min(shape[1], shape[2]) < network.smallestSide()) {
            throw fault(
                    name,
                    "its input is too small, found %d x %d, expected at least %d x %d"
                            .formatted(shape[1], shape[2], network.smallestSide(), network.smallestSide()));
        }
        if (shape[1] % network.sideMultiple() != 0 || shape[2] % network.sideMultiple() != 0) {
            throw fault(
                    name,
                    "it halves its input several times, found %d x %d, expected multiples of %d"
                            .formatted(shape[1], shape[2], network.sideMultiple()));
        }
    }

    private static IllegalArgumentException fault(String name, String reason) {
        return new IllegalArgumentException("Cannot create network '%s': %s".formatted(name, reason));
    }
}
