package io.halfspace.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.TraceGraph;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LearnedSelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** Whatever reason is printed for a protected channel is true: zeroing it would not be exact, or it cannot be cut. */
class ProtectionTruthTest {
    /** Side of the images for which each network of the zoo is looked at, if not the published one. */
    private static final Map<String, Integer> SIDES = Map.of(
            "zoo:alexnet", 63,
            "zoo:darknet19", 32,
            "zoo:facenetnn4small2", 32,
            "zoo:lenet", 28,
            "zoo:simplecnn", 32,
            "zoo:squeezenet", 48,
            "zoo:tinyyolo", 32,
            "zoo:unet", 32);

    private static final Map<String, Integer> LARGE = Map.of(
            "zoo:inceptionresnetv1", 91,
            "zoo:resnet50", 88,
            "zoo:vgg16", 32,
            "zoo:vgg19", 32,
            "zoo:xception", 48,
            "zoo:yolo2", 32);

    private static final Pattern BLAMED =
            Pattern.compile("(?:'(?<own>[^']+)'|it feeds '(?<fed>[^']+)' \\([^)]*\\)): (?<why>.*)");

    @BeforeAll
    static void enable() {
        NativeAcceleration.enable();
    }

    static Stream<String> small() {
        return Stream.concat(SIDES.keySet().stream().sorted(), Stream.of("zoo:textgenerationlstm"));
    }

    static Stream<String> large() {
        return LARGE.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("small")
    void reasonsInTheZoo(String name) {
        checkZoo(name);
    }

    @ParameterizedTest
    @MethodSource("large")
    @Tag("slow")
    void reasonsInLargeNetworksOfTheZoo(String name) {
        checkZoo(name);
    }

    /** Side of the images that a network of the zoo is looked at with; null if it takes none. */
    static Integer side(String name) {
        return SIDES.getOrDefault(name, LARGE.get(name));
    }

    static InputType type(String name) {
        int[] shape = ZooNetworks.publishedInput(name);
        Integer side = side(name);
        return side == null ? InputType.recurrent(shape[0], shape[1]) : InputType.convolutional(side, side, shape[0]);
    }

    /** With few classes, for images of {@link #side}. */
    static ComputationGraph network(String name) {
        int[] shape = ZooNetworks.publishedInput(name);
        Integer side = side(name);
        int classes = name.equals("zoo:unet") || side == null ? ZooNetworks.publishedClasses(name) : 5;
        int[] looked = side == null ? shape : new int[] {shape[0], side, side};
        return ZooNetworks.create(name, looked, classes, 1, new Sgd(0.1));
    }

    private static void checkZoo(String name) {
        long[] size = type(name).getShape(true);
        size[0] = 2;
        check(network(name), type(name), Nd4j.rand(DataType.FLOAT, size));
    }

    /** Every reason of a network, on the layer that it blames. */
    private static void check(ComputationGraph network, InputType type, INDArray example) {
        TraceGraph trace = NetworkTracer.trace(network, type);
        GroupPartition partition = GroupPartition.of(trace);
        Map<String, INDArray> activations = network.feedForward(new INDArray[] {example}, false);
        Map<String, Integer> kinds = new TreeMap<>();
        Set<String> shown = new HashSet<>();
        for (int v = 0; v < trace.size(); v++) {
            for (int c = 0; c < trace.vertex(v).channels(); c++) {
                String reason = partition.protection(v, c).orElse("");
                if (reason.isEmpty()) {
                    continue;
                }
                Matcher blamed = BLAMED.matcher(reason);
                assertThat(blamed.matches()).as(reason).isTrue();
                kinds.merge(blamed.group("why"), 1, Integer::sum);
                if (shown.add(reason)) {
                    String layer = blamed.group("own") != null ? blamed.group("own") : blamed.group("fed");
                    show(network, trace, activations, layer, blamed.group("why"));
                }
            }
        }
        System.out.println("protected channels by reason: " + kinds);
    }

    private static void show(
            ComputationGraph network, TraceGraph trace, Map<String, INDArray> activations, String layer, String why) {
        ComputationGraphConfiguration configuration = network.getConfiguration();
        if (why.equals("it is a network input")) {
            assertThat(configuration.getNetworkInputs()).contains(layer);
            return;
        }
        if (why.equals("it is a network output")) {
            assertThat(configuration.getNetworkOutputs()).contains(layer);
            long channels = trace.vertices().stream()
                    .filter(v -> v.name().equals(layer))
                    .findFirst()
                    .orElseThrow()
                    .channels();
            assertThat(activations.get(layer).size(1))
                    .as("what the user gets of '%s'", layer)
                    .isEqualTo(channels);
            return;
        }
        Layer blamed = ((LayerVertex) configuration.getVertices().get(layer))
                .getLayerConf()
                .getLayer();
        INDArray values =
                activations.get(configuration.getVertexInputs().get(layer).get(0));
        if (why.equals("it divides a channel by its neighbours")) {
            InputType type = InputType.inferInputType(values);
            Witness.zeroingAndCuttingDiffer(blamed, blamed, type, values);
        } else if (why.contains("does not map zero to zero")) {
            IActivation activation = blamed instanceof ActivationLayer plain
                    ? plain.getActivationFn()
                    : ((BaseLayer) blamed).getActivationFn();
            Witness.zeroDoesNotStay(activation, (int) values.size(1));
        } else if (why.equals("Deeplearning4j's gradient of a p-norm is NaN for a zero channel")) {
            Witness.gradientIsNaN(blamed, 6);
        } else if (why.startsWith("its loss keeps a centre")) {
            Witness.lossSeesZeroChannels((CenterLossOutputLayer) blamed);
        } else if (why.equals("its channels are boxes and classes in a fixed order")) {
            Witness.cannotRunOnFewer(blamed, InputType.inferInputType(values));
        } else {
            throw new AssertionError("nothing shows that this is true: " + why);
        }
    }

    /** Reasons that the zoo does not have, each with a layer that gives it and the reason's first words. */
    private enum Kind {
        LAYER_NORM(n -> layerNorm(n), "layer normalization makes"),
        LOCKED(n -> new BatchNormalization.Builder().lockGammaBeta(true).build(), "its gamma and beta are locked"),
        SHIFT(n -> new ShiftVertex(0.5), "it adds 0.5"),
        SIGMOID(n -> new ActivationLayer(Activation.SIGMOID), "its activation sigmoid"),
        SOFTPLUS(n -> new ActivationLayer(Activation.SOFTPLUS), "its activation softplus"),
        ATTENTION(n -> unprojected(n), "without projections"),
        NEIGHBOURS(n -> new LocalResponseNormalization(), "it divides a channel");

        private final Function<Integer, Object> layer;
        private final String reason;

        Kind(Function<Integer, Object> layer, String reason) {
            this.layer = layer;
            this.reason = reason;
        }

        private static Object unprojected(int channels) {
            return new SelfAttentionLayer.Builder()
                    .nIn(channels)
                    .nOut(channels)
                    .nHeads(1)
                    .projectInput(false)
                    .build();
        }

        private static Object layerNorm(int channels) {
            return Blocks.layerNorm(channels);
        }
    }

    @ParameterizedTest
    @EnumSource
    void otherReasons(Kind kind) {
        boolean image = kind == Kind.NEIGHBOURS;
        boolean series = kind == Kind.ATTENTION;
        InputType type = image
                ? InputType.convolutional(3, 3, 6)
                : series ? InputType.recurrent(6, 4) : InputType.feedForward(6);
        long[] size = type.getShape(true);
        size[0] = 3;
        assertThat(reason(kind.layer.apply(6), type)).startsWith(kind.reason);
        if (kind == Kind.LAYER_NORM) {
            unitsOfLayerNormDependOnEachOther();
            return;
        }
        if (kind == Kind.LOCKED) {
            ComputationGraph network = alive(kind.layer.apply(6), type);
            network.params().assign(0.7);
            INDArray given = network.output(false, Nd4j.zeros(DataType.DOUBLE, size))[0];
            assertThat(given.amaxNumber().doubleValue()).isGreaterThan(0);
            return;
        }
        INDArray values = Nd4j.randn(DataType.DOUBLE, size);
        Witness.zeroingAndCuttingDiffer(kind.layer.apply(6), kind.layer.apply(5), type, values);
    }

    /** A unit whose weights are all zero is lifted by the mean of the others. */
    private static void unitsOfLayerNormDependOnEachOther() {
        ComputationGraph network = Witness.alone(Blocks.layerNorm(6), InputType.feedForward(6));
        network.params().assign(Nd4j.randn(DataType.DOUBLE, network.params().shape()));
        network.getLayer("out").getParam("W").getColumn(2).assign(0);
        network.getLayer("out").getParam("b").putScalar(2, 0);
        INDArray given = network.output(false, Nd4j.randn(DataType.DOUBLE, 3, 6))[0];
        assertThat(given.getColumn(2).amaxNumber().doubleValue()).isGreaterThan(1e-3);
    }

    /** When one of these fails, Deeplearning4j has been mended, and the layer deserves a rule. */
    @Test
    void layersThatCannotRun() {
        Layer learned = new LearnedSelfAttentionLayer.Builder()
                .nOut(4)
                .nHeads(2)
                .nQueries(3)
                .projectInput(true)
                .build();
        InputType series = InputType.recurrent(5, 7);
        assertThat(reason(learned, series)).isEqualTo("this version of Deeplearning4j cannot run it");
        INDArray steps = Nd4j.randn(DataType.DOUBLE, 2, 5, 7);
        assertThatThrownBy(() -> Witness.alone(learned, series).output(false, steps))
                .isInstanceOf(RuntimeException.class);

        BatchNormalization normalization = new BatchNormalization();
        assertThat(reason(normalization, series)).startsWith("Deeplearning4j takes the examples of a series");
        assertThatThrownBy(() -> Witness.alone(normalization, series).output(false, steps))
                .isInstanceOf(RuntimeException.class);

        SeparableConvolution2D separable =
                new SeparableConvolution2D.Builder(3, 3).nOut(4).build();
        InputType image = InputType.convolutional(6, 6, 1);
        assertThat(reason(separable, image)).startsWith("ND4J cannot run it on one channel");
        assertThatThrownBy(() -> Witness.alone(separable, image).output(false, Nd4j.randn(DataType.DOUBLE, 2, 1, 6, 6)))
                .isInstanceOf(RuntimeException.class);
    }

    private static String reason(Object layer, InputType type) {
        TraceGraph trace = NetworkTracer.trace(alive(layer, type), type);
        return trace.vertices().stream()
                .filter(v -> v.name().equals("out"))
                .findFirst()
                .orElseThrow()
                .operation()
                .protection()
                .orElse("");
    }

    /** The layer in the middle of a network: as an output it would be protected anyway. */
    private static ComputationGraph alive(Object layer, InputType type) {
        ComputationGraph alone = Witness.alone(layer, type);
        ComputationGraphConfiguration configuration =
                ComputationGraphConfiguration.fromJson(alone.getConfiguration().toJson());
        configuration.getVertices().put("last", new ScaleVertex(1));
        configuration.getVertexInputs().put("last", List.of("out"));
        configuration.setNetworkOutputs(List.of("last"));
        configuration.setTopologicalOrder(null);
        configuration.setTopologicalOrderStr(null);
        ComputationGraph network = new ComputationGraph(configuration);
        network.init();
        return network;
    }
}
