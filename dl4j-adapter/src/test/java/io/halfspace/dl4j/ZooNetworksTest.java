package io.halfspace.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halfspace.graph.GroupPartition;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.zoo.model.NASNet;
import org.deeplearning4j.zoo.model.SqueezeNet;
import org.deeplearning4j.zoo.model.Xception;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** Every network of the zoo is known, built as published, and cut exactly. */
final class ZooNetworksTest {
    private static final String NASNET = "zoo:nasnet";
    private static final int EXAMPLES = 2;

    /** Sides of reduced images, the smallest that each can take; those not named here are cut in their published size. */
    private static final Map<String, Integer> REDUCED = Map.ofEntries(
            Map.entry("zoo:alexnet", 63),
            Map.entry("zoo:darknet19", 32),
            Map.entry("zoo:facenetnn4small2", 32),
            Map.entry("zoo:inceptionresnetv1", 91),
            Map.entry("zoo:resnet50", 88),
            Map.entry("zoo:simplecnn", 32),
            Map.entry("zoo:squeezenet", 48),
            Map.entry("zoo:tinyyolo", 32),
            Map.entry("zoo:unet", 32),
            Map.entry("zoo:vgg16", 32),
            Map.entry("zoo:vgg19", 32),
            Map.entry("zoo:xception", 48),
            Map.entry("zoo:yolo2", 32));

    @BeforeAll
    static void enable() {
        NativeAcceleration.enable();
    }

    static Stream<String> buildable() {
        return ZooNetworks.names().stream().filter(name -> !name.equals(NASNET));
    }

    @ParameterizedTest
    @MethodSource("buildable")
    void builtEqualsZeroed_half(String name) {
        check(name, DataType.FLOAT, 0.5, 1);
    }

    @Tag("slow")
    @ParameterizedTest
    @MethodSource("buildable")
    void builtEqualsZeroed_otherHalves(String name) {
        check(name, DataType.FLOAT, 0.5, 2);
        check(name, DataType.FLOAT, 0.8, 3);
        check(name, DataType.DOUBLE, 0.5, 4);
    }

    @Tag("slow")
    @ParameterizedTest
    @MethodSource("buildable")
    void builtEqualsZeroed_smallestRemainder(String name) {
        check(name, DataType.FLOAT, 1, 5);
        check(name, DataType.DOUBLE, 1, 6);
    }

    @Tag("slow")
    @ParameterizedTest
    @MethodSource("buildable")
    void asPublished_takesItsInput(String name) {
        int[] shape = ZooNetworks.publishedInput(name);
        ComputationGraph network = network(name, shape, ZooNetworks.publishedClasses(name), 0);

        INDArray output = network.outputSingle(false, probe(DataType.FLOAT, shape, 1));

        assertThat(output.sumNumber().doubleValue()).isFinite();
    }

    @Test
    void allSixteen_areNamed() {
        assertThat(ZooNetworks.names())
                .hasSize(16)
                .allSatisfy(name -> assertThat(name).matches("zoo:[a-z0-9]+"));
    }

    /** When this fails, Deeplearning4j has been mended, and NASNet belongs among the others. */
    @Test
    void nasNet_cannotBeBuiltByDeeplearning4jItself() {
        NASNet theirs = NASNet.builder().numClasses(1000).build();
        String error = "Cannot calculate activation types if no inputs have been set (use addInputs(String...))";

        assertThatThrownBy(theirs::init)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(error);
        assertThatThrownBy(() -> ZooNetworks.create(NASNET, new int[] {3, 224, 224}, 1000, 1, new Sgd(0.1)))
                .hasMessage("Cannot create network 'zoo:nasnet' for input shape [3, 224, 224]: Deeplearning4j cannot"
                        + " build it (" + error + ")");
    }

    /** When this fails, the zoo has been mended, and its own networks can be taken as they are. */
    @Test
    void squeezeNetAndXception_haveSigmoidsInTheZooThatTheyDoNotHaveHere() {
        int[] shape = {3, 64, 64};
        for (ComputationGraph theirs : List.of(
                SqueezeNet.builder().inputShape(shape).numClasses(20).build().init(),
                Xception.builder().inputShape(shape).numClasses(20).build().init())) {
            assertThat(GroupPartition.of(NetworkTracer.trace(theirs, NetworkShape.inputType(shape)))
                            .count())
                    .isZero();
            assertThat(convolutions(theirs)).hasOnlyElementsOfType(ActivationSigmoid.class);
        }
        for (String name : List.of("zoo:squeezenet", "zoo:xception")) {
            assertThat(convolutions(ZooNetworks.create(name, shape, 20, 1, new Sgd(0.1))))
                    .hasOnlyElementsOfType(ActivationIdentity.class);
        }
    }

    private static Stream<IActivation> convolutions(ComputationGraph network) {
        return Arrays.stream(network.getLayers())
                .map(layer -> layer.conf().getLayer())
                .filter(ConvolutionLayer.class::isInstance)
                .map(layer -> ((ConvolutionLayer) layer).getActivationFn());
    }

    @Test
    void parameters_areFreshAndTheSameForTheSameSeed() {
        int[] shape = {3, 48, 64};
        ComputationGraph network = ZooNetworks.create("zoo:squeezenet", shape, 7, 1, new Sgd(0.1));

        assertThat(network.outputSingle(false, probe(DataType.FLOAT, shape, 1)).shape())
                .containsExactly(1, 7);
        assertThat(ZooNetworks.create("zoo:squeezenet", shape, 7, 1, new Sgd(0.1))
                        .params())
                .isEqualTo(network.params());
        assertThat(ZooNetworks.create("zoo:squeezenet", shape, 7, 2, new Sgd(0.1))
                        .params())
                .isNotEqualTo(network.params());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "zoo:vgg17 | 3,224,224 | 10 | there is none of that name, expected one of zoo:alexnet, zoo:darknet19,",
                "zoo:vgg16 | 3,224 | 10 | found input shape [3, 224], expected [channels, height, width]",
                "zoo:vgg16 | 3,0,224 | 10 | found input shape [3, 0, 224]",
                "zoo:textgenerationlstm | 47 | 47 | found input shape [47], expected [features, steps]",
                "zoo:vgg16 | 3,32,32 | 1 | found 1 classes, expected at least 2",
                "zoo:unet | 3,32,32 | 2 | found 2 classes, expected 1",
                "zoo:alexnet | 3,32,32 | 10 | expected a shape like the published [3, 224, 224]",
                "zoo:yolo2 | 3,48,64 | 10 | expected a shape like the published [3, 608, 608]",
            })
    void whatCannotBeBuilt_isOneSentence(String name, String sizes, int classes, String says) {
        int[] shape =
                Arrays.stream(sizes.split(",")).mapToInt(Integer::parseInt).toArray();

        assertThatThrownBy(() -> ZooNetworks.create(name, shape, classes, 1, new Sgd(0.1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot create network '" + name + "'")
                .hasMessageContaining(says)
                .hasMessageNotContainingAny("\n");
    }

    private static void check(String name, DataType type, double share, long seed) {
        int[] shape = ZooNetworks.publishedInput(name);
        if (REDUCED.containsKey(name)) {
            Arrays.fill(shape, 1, 3, REDUCED.get(name));
        }
        ComputationGraph network = network(name, shape, name.equals("zoo:unet") ? 1 : 20, share);
        InputType input = shape.length == 2 ? InputType.recurrent(shape[0], shape[1]) : NetworkShape.inputType(shape);
        CutCheck.builtEqualsZeroed(
                type == DataType.FLOAT ? network : network.convertDataType(type),
                new InputType[] {input},
                share,
                seed,
                probe(type, shape, EXAMPLES));
    }

    private static INDArray probe(DataType type, int[] shape, int examples) {
        long[] batch = new long[shape.length + 1];
        Arrays.setAll(batch, i -> i == 0 ? examples : shape[i - 1]);
        Nd4j.getRandom().setSeed(7);
        return Nd4j.randn(type, batch);
    }

    /**
     * Weights as He draws them for what is left of their inputs, and batch norm as after some training: some of the zoo's
     * own choices overflow, others hide the input behind biases. A softmax would hide differences, so there is none.
     */
    private static ComputationGraph network(String name, int[] shape, int classes, double leaving) {
        double gain = 2 / Math.max(0.1, 1 - leaving);
        ComputationGraphConfiguration configuration =
                ZooNetworks.create(name, shape, classes, 3, new Sgd(0.1)).getConfiguration();
        for (var vertex : configuration.getVertices().values()) {
            if (vertex instanceof LayerVertex layer) {
                withoutSoftmax(layer.getLayerConf().getLayer());
            }
        }
        ComputationGraph network = new ComputationGraph(configuration);
        network.init();
        Nd4j.getRandom().setSeed(5);
        for (GraphVertex vertex : network.getVertices()) {
            if (vertex.numParams() == 0) {
                continue;
            }
            boolean depthwise = vertex.paramTable(false).containsKey("pW");
            for (Map.Entry<String, INDArray> entry : vertex.paramTable(false).entrySet()) {
                INDArray values = entry.getValue();
                INDArray drawn = switch (entry.getKey()) {
                    case "gamma", "var" -> Nd4j.rand(values.shape()).addi(0.5);
                    case "b", "beta", "mean" -> Nd4j.randn(values.shape()).muli(0.05);
                    case "W" -> gaussian(values, gain / (depthwise ? values.size(2) * values.size(3) : fanIn(values)));
                    default -> gaussian(values, gain / fanIn(values));
                };
                values.assign(drawn);
            }
        }
        return network;
    }

    private static void withoutSoftmax(Layer layer) {
        if (layer instanceof BaseLayer trained && trained.getActivationFn() instanceof ActivationSoftmax) {
            trained.setActivationFn(new ActivationIdentity());
        }
        if (layer instanceof ActivationLayer alone && alone.getActivationFn() instanceof ActivationSoftmax) {
            alone.setActivationFn(new ActivationIdentity());
        }
    }

    private static INDArray gaussian(INDArray like, double variance) {
        return Nd4j.randn(like.shape()).muli(Math.sqrt(variance));
    }

    private static double fanIn(INDArray weights) {
        return weights.rank() == 4 ? (double) weights.length() / weights.size(0) : weights.size(0);
    }
}
