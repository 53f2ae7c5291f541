package io.halfspace.dl4j;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.zoo.model.AlexNet;
import org.deeplearning4j.zoo.model.Darknet19;
import org.deeplearning4j.zoo.model.FaceNetNN4Small2;
import org.deeplearning4j.zoo.model.InceptionResNetV1;
import org.deeplearning4j.zoo.model.LeNet;
import org.deeplearning4j.zoo.model.NASNet;
import org.deeplearning4j.zoo.model.ResNet50;
import org.deeplearning4j.zoo.model.SimpleCNN;
import org.deeplearning4j.zoo.model.SqueezeNet;
import org.deeplearning4j.zoo.model.TextGenerationLSTM;
import org.deeplearning4j.zoo.model.TinyYOLO;
import org.deeplearning4j.zoo.model.UNet;
import org.deeplearning4j.zoo.model.VGG16;
import org.deeplearning4j.zoo.model.VGG19;
import org.deeplearning4j.zoo.model.Xception;
import org.deeplearning4j.zoo.model.YOLO2;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * The networks of Deeplearning4j's own zoo, by name: {@code zoo:} and the name of the class there in lower case. Their
 * parameters are fresh; no weights are ever fetched.
 *
 * <p>One departure from the zoo: it forgets to say that the convolutions of SqueezeNet and Xception are linear, so that they
 * have Deeplearning4j's default, a sigmoid, before each relu and nothing of them could leave; here they are linear, as in
 * their papers.
 *
 * <p>{@code zoo:nasnet} is there but cannot be created: Deeplearning4j 1.0.0-M2.1 asks for the sizes of its layers
 * before it gives it an input.
 */
public final class ZooNetworks {
    private static final String PREFIX = "zoo:";

    /** For networks that were published without a classifier of their own. */
    private static final int SOME_CLASSES = 10;

    /** Its one output map says for each pixel whether it belongs to the object. */
    private static final int UNET_CLASSES = 1;

    private static final Map<String, Network> NETWORKS = new LinkedHashMap<>();

    static {
        NETWORKS.put(
                "alexnet",
                new Network(
                        image(3, 224),
                        1000,
                        w -> LayerStack.toGraph(AlexNet.builder()
                                .inputShape(w.shape)
                                .numClasses(w.classes)
                                .seed(w.seed)
                                .updater(w.updater)
                                .build()
                                .conf())));
        NETWORKS.put(
                "darknet19",
                new Network(
                        image(3, 224),
                        1000,
                        w -> Darknet19.builder()
                                .inputShape(w.shape)
                                .numClasses(w.classes)
                                .seed(w.seed)
                                .updater(w.updater)
                                .build()
                                .conf()));
        NETWORKS.put(
                "facenetnn4small2",
                new Network(
                        image(3, 96),
                        SOME_CLASSES,
                        w -> FaceNetNN4Small2.builder()
                                .inputShape(w.shape)
                                .numClasses(w.classes)
                                .seed(w.seed)
                                .updater(w.updater)
                                .build()
                                .conf()));
        NETWORKS.put(
                "inceptionresnetv1",
                new Network(
                        image(3, 160),
                        SOME_CLASSES,
                        w -> InceptionResNetV1.builder()
                                .inputShape(w.shape)
                                .numClasses(w.classes)
                                .seed(w.seed)
                                .updater(w.updater)
                                .build()
                                .init()
                                .getConfiguration()));
        NETWORKS.put(
                "lenet",
                new Network(
                        image(1, 28),
                        10,
                        w -> LayerStack.toGraph(LeNet.builder()
                                .inputShape(w.shape)
                                .numClasses(w.classes)
                                .seed(w.seed)
                                .updater(w.updater)
                                .build()
                                .conf())));
        NETWORKS.put(
                "nasnet",
                new Network(
                        image(3, 224),
                        1000,
                        w -> NASNet.builder()
                                .inputShape(w.shape)
                                .numClasses(w.classes)
                                .seed(w.seed)
                                .updater(w.updater)
                                .build()
                                .init()
                                .getConfiguration()));
        NETWORKS.put(
                "resnet50",
                new Network(
                        image(3, 224),
                        1000,
                        w -> ResNet50.builder()
                                .inputShape(w.shape)
                                .numClasses(w.classes)
                                .seed(w.seed)
                                .updater(w.updater)
                                .build()
                                .graphBuilder()
                                .build()));
        NETWORKS.put(
                "simplecnn",
                new Network(
                        image(3, 48),
                        SOME_CLASSES,
                        w -> LayerStack.toGraph(SimpleCNN.builder()
                                .inputShape(w.shape)
                                .numClasses(w.classes)
                                .seed(w.seed)
                                .updater(w.updater)
                                .build()
                                .conf())));
        NETWORKS.put(
                "squeezenet",
                new Network(
                        image(3, 227),
                        1000,
                        w -> linear(withInput(
                                SqueezeNet.builder()
                                        .inputShape(w.shape)
                                        .numClasses(w.classes)
                                        .seed(w.seed)
                                        .updater(w.updater)
                                        .build()
                                        .graphBuilder(),
                                w))));
        NETWORKS.put("textgenerationlstm", new Network(new int[] {47, 40}, 47, ZooNetworks::text));
        NETWORKS.put(
                "tinyyolo",
                new Network(
                        image(3, 416),
                        20,
                        w -> TinyYOLO.builder()
                                .inputShape(w.shape)
                                .numClasses(w.classes)
                                .seed(w.seed)
                                .updater(w.updater)
                                .build()
                                .conf()));
        NETWORKS.put("unet", new Network(image(3, 512), UNET_CLASSES, ZooNetworks::unet));
        NETWORKS.put(
                "vgg16",
                new Network(
                        image(3, 224),
                        1000,
                        w -> VGG16.builder()
                                .inputShape(w.shape)
                                .numClasses(w.classes)
                                .seed(w.seed)
                                .updater(w.updater)
                                .build()
                                .conf()));
        NETWORKS.put(
                "vgg19",
                new Network(
                        image(3, 224),
                        1000,
                        w -> VGG19.builder()
                                .inputShape(w.shape)
                                .numClasses(w.classes)
                                .seed(w.seed)
                                .updater(w.updater)
                                .build()
                                .conf()));
        NETWORKS.put(
                "xception",
                new Network(
                        image(3, 299),
                        1000,
                        w -> linear(withInput(
                                Xception.builder()
                                        .inputShape(w.shape)
                                        .numClasses(w.classes)
                                        .seed(w.seed)
                                        .updater(w.updater)
                                        .build()
                                        .graphBuilder(),
                                w))));
        NETWORKS.put(
                "yolo2",
                new Network(
                        image(3, 608),
                        80,
                        w -> YOLO2.builder()
                                .inputShape(w.shape)
                                .numClasses(w.classes)
                                .seed(w.seed)
                                .updater(w.updater)
                                .build()
                                .conf()));
    }

    private ZooNetworks() {}

    /** What somebody wants of a network; {@code shape} as the zoo has it: channels, width, height, or steps, features. */
    private record Wish(int[] shape, int classes, long seed, IUpdater updater) {}

    private interface Drawing {
        ComputationGraphConfiguration draw(Wish wish);
    }

    /** {@code shape} and {@code classes}: those it was published with. */
    private record Network(int[] shape, int classes, Drawing drawing) {}

    /** All names, with {@code zoo:} in front. */
    public static List<String> names() {
        return NETWORKS.keySet().stream().map(PREFIX::concat).toList();
    }

    /** Whether a text asks for a network of the zoo, be there one of that name or not. */
    public static boolean isName(String text) {
        return text.startsWith(PREFIX);
    }

    /**
     * Shape of the examples that a network was published for: channels, height and width of an image, or features and
     * steps of a sequence.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public static int[] publishedInput(String name) {
        return network(name).shape.clone();
    }

    /**
     * Number of classes that a network was published for; 10 for those without a published classifier.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public static int publishedClasses(String name) {
        return network(name).classes;
    }

    /**
     * A network with fresh parameters, the same for the same seed (but for {@code zoo:textgenerationlstm}, whose seed is
     * fixed in the zoo).
     *
     * @param name one of {@link #names()}
     * @param shape like {@link #publishedInput}, of the same rank
     * @param classes number of classes: objects to tell apart for {@code tinyyolo} and {@code yolo2}, characters for
     *     {@code textgenerationlstm}, 1 for {@code unet}
     * @throws IllegalArgumentException if there is no such network or it cannot be built in that shape
     */
    public static ComputationGraph create(String name, int[] shape, int classes, long seed, IUpdater updater) {
        Network network = network(name);
        if (shape.length != network.shape.length || Arrays.stream(shape).anyMatch(size -> size < 1)) {
            throw new IllegalArgumentException("Cannot create network '%s': found input shape %s, expected [%s]"
                    .formatted(
                            name,
                            Arrays.toString(shape),
                            network.shape.length == 2 ? "features, steps" : "channels, height, width"));
        }
        if (network.classes == UNET_CLASSES ? classes != UNET_CLASSES : classes < 2) {
            throw new IllegalArgumentException("Cannot create network '%s': found %d classes, expected %s"
                    .formatted(name, classes, network.classes == UNET_CLASSES ? "1" : "at least 2"));
        }
        boolean asPublished = Arrays.equals(shape, network.shape);
        try {
            ComputationGraphConfiguration configuration =
                    network.drawing.draw(new Wish(zooShape(shape), classes, seed, updater));
            GraphCheck.check(configuration);
            ComputationGraph graph = new ComputationGraph(configuration);
            graph.init();
            if (!asPublished) {
                run(graph, shape);
            }
            return graph;
        } catch (RuntimeException | Unreadable refusal) {
            // Deeplearning4j has no exception of its own for a size it cannot build: any may come.
            throw new IllegalArgumentException(
                    "Cannot create network '%s' for input shape %s: Deeplearning4j cannot build it (%s)%s"
                            .formatted(
                                    name,
                                    Arrays.toString(shape),
                                    Unreadable.firstLine(refusal),
                                    asPublished
                                            ? ""
                                            : ", expected a shape like the published "
                                                    + Arrays.toString(network.shape)),
                    refusal);
        }
    }

    /** The zoo takes height for width. */
    private static int[] zooShape(int[] shape) {
        return shape.length == 3 ? new int[] {shape[0], shape[2], shape[1]} : new int[] {shape[1], shape[0]};
    }

    /** Sizes that a network cannot take come out in its first pass only. */
    private static void run(ComputationGraph graph, int[] shape) {
        long[] batch = new long[shape.length + 1];
        Arrays.setAll(batch, i -> i == 0 ? 1 : shape[i - 1]);
        try (INDArray example = Nd4j.zeros(graph.getConfiguration().getDataType(), batch)) {
            graph.output(false, example);
        }
    }

    private static Network network(String name) {
        Network network = isName(name) ? NETWORKS.get(name.substring(PREFIX.length())) : null;
        if (network == null) {
            throw new IllegalArgumentException(
                    "Cannot create network '%s': there is none of that name, expected one of %s"
                            .formatted(name, String.join(", ", names())));
        }
        return network;
    }

    private static int[] image(int channels, int side) {
        return new int[] {channels, side, side};
    }

    private static ComputationGraphConfiguration text(Wish wish) {
        return LayerStack.toGraph(TextGenerationLSTM.builder()
                .inputShape(wish.shape)
                .totalUniqueCharacters(wish.classes)
                .updater(wish.updater)
                .build()
                .conf());
    }

    private static ComputationGraphConfiguration unet(Wish wish) {
        return withInput(
                UNet.builder()
                        .inputShape(wish.shape)
                        .seed(wish.seed)
                        .updater(wish.updater)
                        .build()
                        .graphBuilder(),
                wish);
    }

    private static ComputationGraphConfiguration linear(ComputationGraphConfiguration graph) {
        for (GraphVertex vertex : graph.getVertices().values()) {
            if (vertex instanceof LayerVertex layer
                    && layer.getLayerConf().getLayer() instanceof ConvolutionLayer convolution) {
                convolution.setActivationFn(new ActivationIdentity());
            }
        }
        return graph;
    }

    private static ComputationGraphConfiguration withInput(GraphBuilder graph, Wish wish) {
        return graph.addInputs("input")
                .setInputTypes(InputType.convolutional(wish.shape[2], wish.shape[1], wish.shape[0]))
                .build();
    }
}
