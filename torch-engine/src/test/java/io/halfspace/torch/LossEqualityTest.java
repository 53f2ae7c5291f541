package io.halfspace.torch;

import io.halfspace.dl4j.Batch;
import io.halfspace.dl4j.Target;
import io.halfspace.dl4j.Values;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Cnn3DLossLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossCosineProximity;
import org.nd4j.linalg.lossfunctions.impl.LossFMeasure;
import org.nd4j.linalg.lossfunctions.impl.LossHinge;
import org.nd4j.linalg.lossfunctions.impl.LossKLD;
import org.nd4j.linalg.lossfunctions.impl.LossL1;
import org.nd4j.linalg.lossfunctions.impl.LossL2;
import org.nd4j.linalg.lossfunctions.impl.LossMAE;
import org.nd4j.linalg.lossfunctions.impl.LossMAPE;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.lossfunctions.impl.LossMSLE;
import org.nd4j.linalg.lossfunctions.impl.LossMultiLabel;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;
import org.nd4j.linalg.lossfunctions.impl.LossPoisson;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossSquaredHinge;
import org.nd4j.linalg.lossfunctions.impl.LossWasserstein;

/** Every loss, with weights and masks, on features, series and images. */
final class LossEqualityTest {
    private static final int ROWS = 4;
    private static final int CLASSES = 3;

    @TestFactory
    Stream<DynamicTest> plainFeatures() {
        Cases cases = new Cases();
        INDArray weights = Nd4j.createFromArray(0.5, 1.0, 2.0).reshape(1, 3);
        for (ILossFunction loss : List.of(
                new LossMCXENT(),
                new LossMCXENT(weights),
                new LossNegativeLogLikelihood(),
                new LossBinaryXENT(),
                new LossMSE(),
                new LossKLD())) {
            check(cases, loss, Activation.SOFTMAX, Optional.empty());
            check(cases, loss, Activation.SOFTMAX, Optional.of(column()));
        }
        for (ILossFunction loss : List.of(
                new LossMCXENT(),
                new LossBinaryXENT(),
                new LossBinaryXENT(weights),
                new LossL1(weights),
                new LossL2(weights),
                new LossMAE(weights),
                new LossMAPE(weights),
                new LossMSE(weights),
                new LossMSLE(weights),
                new LossKLD(),
                new LossPoisson(),
                new LossHinge(),
                new LossSquaredHinge(),
                new LossWasserstein(),
                new LossCosineProximity())) {
            check(cases, loss, Activation.SIGMOID, Optional.empty());
            check(cases, loss, Activation.SIGMOID, Optional.of(column()));
        }
        check(cases, new LossSparseMCXENT(), Activation.SOFTMAX, Optional.empty());
        cases.put("MultiLabel, which ND4J has in single precision only", 2, () -> {
            Layer end = new OutputLayer.Builder(new LossMultiLabel())
                    .nOut(CLASSES)
                    .activation(Activation.SOFTMAX)
                    .build();
            float[] labels = {1, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0};
            Batch batch = batch(labels, new int[] {ROWS, CLASSES}, Optional.empty());
            EngineEquality.assertEqual(
                    network(InputType.feedForward(5), dense(), end).apply(DataType.FLOAT),
                    batch,
                    1,
                    EngineEquality.FLOAT_TOLERANCE);
        });
        cases.put("FMeasure", 1, () -> {
            Layer end = new OutputLayer.Builder(new LossFMeasure())
                    .nOut(1)
                    .activation(Activation.SIGMOID)
                    .build();
            Batch batch = batch(new float[] {1, 0, 1, 1}, new int[] {ROWS, 1}, Optional.empty());
            EngineEquality.assertEqual(network(InputType.feedForward(5), dense(), end), batch, 1);
        });
        return cases.tests();
    }

    @TestFactory
    Stream<DynamicTest> classNumbersAndPositions() {
        Cases cases = new Cases();
        int[] steps = {0, 2, 1, 1, 0, 2, 2, 1};
        Target.Classes series = new Target.Classes(
                steps, new int[] {2, 4}, CLASSES, Optional.of(Values.of(new float[] {1, 1, 1, 0, 1, 1, 0, 0}, 2, 4)));
        Layer lstm = new LSTM.Builder().nOut(CLASSES).build();
        Layer rnnOutput = new RnnOutputLayer.Builder(new LossMCXENT())
                .nOut(CLASSES)
                .activation(Activation.SOFTMAX)
                .build();
        Layer rnnLoss = new RnnLossLayer.Builder(new LossMCXENT())
                .activation(Activation.SOFTMAX)
                .build();
        for (Layer end : List.of(rnnOutput, rnnLoss)) {
            cases.put(
                    end.getClass().getSimpleName() + " with class numbers",
                    1,
                    () -> EngineEquality.assertEqual(
                            network(InputType.recurrent(2, 4), lstm, end),
                            new Batch(List.of(features(2, 2, 4)), List.of(series)),
                            1));
        }
        for (CNN2DFormat format : CNN2DFormat.values()) {
            int[] images = new int[2 * 3 * 4];
            Random random = new Random(2);
            for (int i = 0; i < images.length; i++) {
                images[i] = random.nextInt(CLASSES);
            }
            InputType input = InputType.convolutional(3, 4, 2, format);
            Layer convolution = new ConvolutionLayer.Builder(1, 1)
                    .nOut(CLASSES)
                    .dataFormat(format)
                    .build();
            Layer end = new CnnLossLayer.Builder(new LossMCXENT())
                    .format(format)
                    .activation(Activation.SOFTMAX)
                    .build();
            cases.put(
                    "CnnLossLayer with class numbers " + format,
                    2,
                    () -> EngineEquality.assertEqual(
                            network(input, convolution, end),
                            new Batch(
                                    List.of(features(Chain.shape(input, 2))),
                                    List.of(new Target.Classes(
                                            images, new int[] {2, 3, 4}, CLASSES, Optional.empty()))),
                            2));
        }
        for (Convolution3D.DataFormat format : Convolution3D.DataFormat.values()) {
            int[] volumes = new Random(4).ints(2 * 3 * 2 * 4, 0, CLASSES).toArray();
            InputType input = InputType.convolutional3D(format, 3, 2, 4, 2);
            Layer convolution = new Convolution3D.Builder(1, 1, 1)
                    .nOut(CLASSES)
                    .dataFormat(format)
                    .build();
            Layer end = new Cnn3DLossLayer.Builder(format)
                    .lossFunction(new LossMCXENT())
                    .activation(Activation.SOFTMAX)
                    .build();
            cases.put(
                    "Cnn3DLossLayer with class numbers " + format,
                    4,
                    () -> EngineEquality.assertEqual(
                            network(input, convolution, end),
                            new Batch(
                                    List.of(features(Chain.shape(input, 2))),
                                    List.of(new Target.Classes(
                                            volumes, new int[] {2, 3, 2, 4}, CLASSES, Optional.empty()))),
                            4));
        }
        cases.put(
                "LossLayer",
                3,
                () -> EngineEquality.assertEqual(
                        network(
                                InputType.feedForward(5),
                                dense(),
                                new DenseLayer.Builder()
                                        .nOut(CLASSES)
                                        .activation(Activation.IDENTITY)
                                        .build(),
                                new LossLayer.Builder(new LossMCXENT())
                                        .activation(Activation.SOFTMAX)
                                        .build()),
                        new Batch(
                                List.of(features(ROWS, 5)),
                                List.of(new Target.Classes(
                                        new int[] {0, 2, 1, 1}, new int[] {ROWS}, CLASSES, Optional.empty()))),
                        3));
        return cases.tests();
    }

    private static void check(Cases cases, ILossFunction loss, Activation activation, Optional<Values> mask) {
        String name = "%s %s%s".formatted(loss, activation, mask.isPresent() ? " masked" : "");
        boolean sparse = loss instanceof LossSparseMCXENT;
        boolean signs = loss instanceof LossHinge || loss instanceof LossSquaredHinge;
        cases.put(name, name.hashCode(), () -> {
            Random random = new Random(name.hashCode());
            float[] labels = new float[ROWS * (sparse ? 1 : CLASSES)];
            for (int i = 0; i < labels.length; i++) {
                float share = 0.05f + 0.9f * random.nextFloat();
                labels[i] = sparse ? random.nextInt(CLASSES) : signs ? Math.signum(share - 0.5f) : share;
            }
            Layer end = new OutputLayer.Builder(loss)
                    .nOut(CLASSES)
                    .activation(activation)
                    .build();
            Batch batch = batch(labels, new int[] {ROWS, sparse ? 1 : CLASSES}, mask);
            EngineEquality.assertEqual(network(InputType.feedForward(5), dense(), end), batch, 1);
        });
    }

    private static Values column() {
        return Values.of(new float[] {1, 0, 1, 1}, ROWS, 1);
    }

    private static Layer dense() {
        return new DenseLayer.Builder().nOut(4).build();
    }

    private static Batch batch(float[] labels, int[] shape, Optional<Values> mask) {
        return new Batch(List.of(features(ROWS, 5)), List.of(new Target.Dense(Values.of(labels, shape), mask)));
    }

    private static Batch.Input features(int... shape) {
        return new Batch.Input(Chain.normal(new Random(9), shape), Optional.empty());
    }

    private static Function<DataType, ComputationGraphConfiguration> network(InputType input, Layer... layers) {
        return type -> {
            var graph = Chain.builder(type).graphBuilder().addInputs("in");
            String last = "in";
            for (int i = 0; i < layers.length; i++) {
                graph.addLayer("layer" + i, layers[i].clone(), last);
                last = "layer" + i;
            }
            return graph.setOutputs(last)
                    .setInputTypes(input)
                    .validateOutputLayerConfig(false)
                    .build();
        };
    }
}
