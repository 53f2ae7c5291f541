package io.halfspace.torch;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfspace.dl4j.Batch;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Dense layers with more outputs than examples, whose products are computed apart from autograd, and in blocks. */
@SuppressWarnings({"rawtypes", "try"}) // Deeplearning4j's builders are raw.
final class WideLayersTest {
    private static final InputType INPUT = InputType.feedForward(37);

    /** Products in blocks against libtorch's in double precision, at shapes that leave blocks of every size over. */
    @RepeatedTest(12)
    void blocksGiveTheProduct(RepetitionInfo repetition) {
        long seed = repetition.getCurrentRepetition();
        Random random = new Random(seed);
        int rows = 16 * (1 + random.nextInt(8));
        int in = 1 + random.nextInt(seed % 3 == 0 ? 3000 : 90);
        int out = 1 + random.nextInt(seed % 3 == 1 ? 3000 : 90);
        String shapes = "seed %d: %d rows, %d in, %d out".formatted(seed, rows, in, out);
        try (PointerScope scope = new PointerScope()) {
            Tensor x = normal(random, rows, in);
            Tensor weight = normal(random, out, in).t();
            Tensor bias = normal(random, 1, out).reshape(out);
            Tensor slope = random.nextBoolean()
                    ? normal(random, rows, out)
                    : normal(random, out, rows).t();
            Tensor into = normal(random, out, in).t();
            BlockProducts.weights(x, slope, into);
            Tensor product = torch.mm(doubles(x), doubles(weight));

            assertClose(shapes, BlockProducts.forward(x, weight, Optional.empty()), product);
            assertClose(shapes, BlockProducts.forward(x, weight, Optional.of(bias)), product.add(bias));
            assertClose(
                    shapes,
                    BlockProducts.backward(slope, weight),
                    torch.mm(doubles(slope), doubles(weight).t()));
            assertClose(shapes, into, torch.mm(doubles(x).t(), doubles(slope)));
        }
    }

    private static Tensor normal(Random random, int... shape) {
        return Tensors.of(Chain.normal(random, shape), ScalarType.Float);
    }

    private static Tensor doubles(Tensor tensor) {
        return tensor.to(ScalarType.Double);
    }

    private static void assertClose(String shapes, Tensor found, Tensor expected) {
        double scale = torch.abs(expected).max().item_double();
        double difference = torch.abs(doubles(found).sub(expected)).max().item_double();
        assertThat(Tensors.shape(found)).as(shapes).isEqualTo(Tensors.shape(expected));
        assertThat(difference).as(shapes).isLessThanOrEqualTo(EngineEquality.FLOAT_TOLERANCE * scale);
    }

    @TestFactory
    Stream<DynamicTest> chains() {
        Cases cases = new Cases();
        for (int rows : List.of(16, 20, 64)) {
            chain(cases, rows, "two", INPUT, dense(130), dense(101));
            chain(cases, rows, "narrow between", INPUT, dense(130), dense(7), dense(90));
            chain(
                    cases,
                    rows,
                    "without bias",
                    INPUT,
                    dense(130),
                    dense().hasBias(false).nOut(90));
            chain(
                    cases,
                    rows,
                    "layer norm",
                    INPUT,
                    dense(130),
                    dense().hasLayerNorm(true).nOut(90));
            chain(cases, rows, "identity", INPUT, dense(130).activation(Activation.IDENTITY), dense(90));
            cases.put(
                    "%d rows, batch norm".formatted(rows),
                    rows,
                    () -> equal(
                            rows,
                            Chain.of(
                                    INPUT,
                                    dense(130).build(),
                                    new BatchNormalization(),
                                    dense(90).build())));
            cases.put(
                    "%d rows, frozen".formatted(rows),
                    rows,
                    () -> equal(
                            rows,
                            Chain.of(
                                    INPUT,
                                    new FrozenLayer(dense(90).build()),
                                    dense(130).build(),
                                    dense(90).build())));
            cases.put(
                    "%d rows, frozen with backpropagation".formatted(rows),
                    rows,
                    () -> equal(
                            rows,
                            Chain.of(
                                    INPUT,
                                    dense(90).build(),
                                    new FrozenLayerWithBackprop(dense(130).build()),
                                    dense(90).build())));
            cases.put(
                    "%d rows, images".formatted(rows),
                    rows,
                    () -> equal(
                            rows,
                            Chain.of(
                                    InputType.convolutional(5, 4, 2),
                                    new ConvolutionLayer.Builder(2, 2).nOut(3).build(),
                                    dense(130).build(),
                                    dense(90).build())));
        }
        chain(cases, 64, "long", InputType.feedForward(1400), dense(70), dense(1350));
        return cases.tests();
    }

    private static DenseLayer.Builder dense() {
        return new DenseLayer.Builder();
    }

    private static DenseLayer.Builder dense(int outputs) {
        return dense().nOut(outputs);
    }

    private static void chain(Cases cases, int rows, String name, InputType input, DenseLayer.Builder... layers) {
        DenseLayer[] built = Stream.of(layers).map(DenseLayer.Builder::build).toArray(DenseLayer[]::new);
        cases.put("%d rows, %s".formatted(rows, name), rows, () -> equal(rows, Chain.of(input, built)));
    }

    private static void equal(int rows, Chain chain) {
        EngineEquality.assertEqual(chain.network(), chain.batch(rows, rows), rows);
    }

    /** Where what is behind a layer is reached past it, too, and behind several inputs. */
    @TestFactory
    Stream<DynamicTest> branches() {
        Cases cases = new Cases();
        for (int rows : List.of(16, 20)) {
            branch(
                    cases,
                    rows,
                    "around a layer",
                    List.of("in"),
                    type -> Chain.builder(type)
                            .graphBuilder()
                            .addInputs("in")
                            .addLayer("first", dense(90).build(), "in")
                            .addLayer("second", dense(90).build(), "first")
                            .addLayer("third", dense(90).build(), "second")
                            .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "second", "third")
                            .addLayer("fourth", dense(110).build(), "sum")
                            .addLayer("out", output(), "fourth")
                            .setOutputs("out")
                            .setInputTypes(INPUT)
                            .build());
            branch(
                    cases,
                    rows,
                    "two outputs",
                    List.of("in"),
                    type -> Chain.builder(type)
                            .graphBuilder()
                            .addInputs("in")
                            .addLayer("first", dense(90).build(), "in")
                            .addLayer("second", dense(100).build(), "first")
                            .addLayer("left", dense(80).build(), "second")
                            .addLayer("out1", output(), "left")
                            .addLayer("out2", output(), "second")
                            .setOutputs("out1", "out2")
                            .setInputTypes(INPUT)
                            .build());
            branch(
                    cases,
                    rows,
                    "two inputs",
                    List.of("in1", "in2"),
                    type -> Chain.builder(type)
                            .graphBuilder()
                            .addInputs("in1", "in2")
                            .addLayer("left1", dense(90).build(), "in1")
                            .addLayer("right1", dense(80).build(), "in2")
                            .addLayer("left2", dense(100).build(), "left1")
                            .addLayer("right2", dense(100).build(), "right1")
                            .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "left2", "right2")
                            .addLayer("out", output(), "sum")
                            .setOutputs("out")
                            .setInputTypes(INPUT, INPUT)
                            .build());
        }
        return cases.tests();
    }

    private static OutputLayer output() {
        return new OutputLayer.Builder(LossFunction.MSE)
                .nOut(3)
                .activation(Activation.TANH)
                .build();
    }

    private static void branch(
            Cases cases,
            int rows,
            String name,
            List<String> inputs,
            Function<DataType, ComputationGraphConfiguration> network) {
        cases.put("%d rows, %s".formatted(rows, name), rows, () -> {
            Random random = new Random(rows);
            List<Batch.Input> values = inputs.stream()
                    .map(each -> new Batch.Input(Chain.normal(random, Chain.shape(INPUT, rows)), Optional.empty()))
                    .toList();
            EngineEquality.assertEqual(network, Chain.labelled(network, values, random), rows);
        });
    }
}
