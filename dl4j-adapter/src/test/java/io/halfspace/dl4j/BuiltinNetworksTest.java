package io.halfspace.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;

class BuiltinNetworksTest {
    private static final int[] RGB32 = {3, 32, 32};

    @BeforeAll
    static void enable() {
        NativeAcceleration.enable();
    }

    static Iterable<String> names() {
        return BuiltinNetworks.names().stream().map(BuiltinNetworksTest::small).toList();
    }

    /** The name with sizes that a test can afford. */
    static String small(String name) {
        return switch (name) {
            case "super-resnet" -> "super-resnet:width=8,depth=1";
            case "darts" -> "darts:cells=3,width=6,nodes=2";
            default -> name;
        };
    }

    @ParameterizedTest
    @MethodSource("names")
    void every_network_classifies(String name) {
        ComputationGraph network = create(name, RGB32, 7, 3);
        INDArray output = network.outputSingle(Nd4j.rand(DataType.FLOAT, 2, 3, 32, 32));

        assertThat(output.shape()).containsExactly(2, 7);
        assertThat(output.sum(1).toFloatVector())
                .usingComparatorWithPrecision(1e-5f)
                .containsExactly(1f, 1f);
    }

    @ParameterizedTest
    @MethodSource("names")
    void the_seed_decides_the_parameters(String name) {
        INDArray parameters = create(name, RGB32, 10, 3).params();

        assertThat(create(name, RGB32, 10, 3).params()).isEqualTo(parameters);
        assertThat(create(name, RGB32, 10, 4).params()).isNotEqualTo(parameters);
    }

    /** The published numbers: parameters without running statistics, and multiplications of one example. */
    @ParameterizedTest
    @CsvSource({"vgg16-bn,15249354,313725952", "resnet18,11173962,555422720", "resnet20,272474,40813184"})
    void sizes_are_the_published_ones(String name, long parameters, long multiplications) {
        ComputationGraph network = create(name, RGB32, 10, 1);

        assertThat(trainable(network)).isEqualTo(parameters);
        assertThat(multiplications(network)).isEqualTo(multiplications);
    }

    @Test
    void small_networks_take_small_images() {
        INDArray digits =
                create("digits", new int[] {1, 8, 8}, 10, 1).outputSingle(Nd4j.rand(DataType.FLOAT, 5, 1, 8, 8));
        INDArray lenet =
                create("lenet", new int[] {1, 28, 28}, 10, 1).outputSingle(Nd4j.rand(DataType.FLOAT, 5, 1, 28, 28));

        assertThat(digits.shape()).containsExactly(5, 10);
        assertThat(lenet.shape()).containsExactly(5, 10);
        assertThat(create("lenet", new int[] {1, 28, 28}, 10, 1).numParams()).isEqualTo(431_080);
    }

    @Test
    void an_unknown_name_is_answered_with_the_known_ones() {
        assertThatThrownBy(() -> create("resnet19", RGB32, 10, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "Cannot create network 'resnet19': there is none of that name, expected one of digits, lenet,"
                                + " branches, resnet20, resnet18, vgg16-bn, demo-supnet, stacked-unets, super-resnet, darts, zoo:");
    }

    @Test
    void a_wrong_input_is_named() {
        assertThatThrownBy(() -> create("vgg16-bn", new int[] {3, 28, 28}, 10, 1))
                .hasMessage(
                        "Cannot create network 'vgg16-bn': its input is too small, found 28 x 28, expected at least 32 x 32");
        assertThatThrownBy(() -> create("digits", new int[] {64}, 10, 1))
                .hasMessageContaining("found input shape [64]");
        assertThatThrownBy(() -> create("digits", RGB32, 1, 1)).hasMessageContaining("found 1 classes");
    }

    @Test
    void sizes_follow_the_name() {
        assertThat(create("stacked-unets:width=8", RGB32, 10, 1).numParams())
                .isLessThan(create("stacked-unets", RGB32, 10, 1).numParams() / 30);
        assertThatThrownBy(() -> create("super-resnet:depht=2", RGB32, 10, 1))
                .hasMessage("Cannot create network 'super-resnet:depht=2': found 'depht=2', expected SIZE=NUMBER with a"
                        + " size of width, depth");
        assertThatThrownBy(() -> create("super-resnet:width=0", RGB32, 10, 1))
                .hasMessage(
                        "Cannot create network 'super-resnet:width=0': found width '0', expected a whole number from"
                                + " 1 to 4096");
        assertThatThrownBy(() -> create("resnet20:width=3", RGB32, 10, 1))
                .hasMessage("Cannot create network 'resnet20:width=3': it has no sizes to choose, expected 'resnet20'");
        assertThatThrownBy(() -> create("stacked-unets", new int[] {1, 28, 28}, 10, 1))
                .hasMessage("Cannot create network 'stacked-unets': it halves its input several times, found 28 x 28,"
                        + " expected multiples of 8");
    }

    private static ComputationGraph create(String name, int[] shape, int classes, long seed) {
        return BuiltinNetworks.create(name, shape, classes, seed, new Nesterovs(0.1, 0.9), 1e-4);
    }

    private static long trainable(ComputationGraph network) {
        return Arrays.stream(network.getLayers())
                .flatMap(layer -> layer.paramTable().entrySet().stream())
                .filter(entry -> !entry.getKey().equals("mean")
                        && !entry.getKey().equals("var")
                        && !entry.getKey().equals("log10stdev"))
                .mapToLong(entry -> entry.getValue().length())
                .sum();
    }

    private static long multiplications(ComputationGraph network) {
        Map<String, InputType> types =
                network.getConfiguration().getLayerActivationTypes(InputType.convolutional(32, 32, 3));
        long sum = 0;
        for (Layer layer : network.getLayers()) {
            var configuration = layer.conf().getLayer();
            if (configuration instanceof ConvolutionLayer) {
                var type = (InputType.InputTypeConvolutional) types.get(configuration.getLayerName());
                sum += layer.getParam("W").length() * type.getHeight() * type.getWidth();
            } else if (configuration instanceof DenseLayer || configuration instanceof OutputLayer) {
                sum += layer.getParam("W").length();
            }
        }
        return sum;
    }
}
