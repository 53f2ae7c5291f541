package io.halfspace.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.halfspace.dl4j.Batch;
import io.halfspace.dl4j.BuiltinNetworks;
import io.halfspace.dl4j.FlatParameters;
import io.halfspace.dl4j.GradientEngine;
import io.halfspace.dl4j.Target;
import io.halfspace.dl4j.Values;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.dropout.AlphaDropout;
import org.deeplearning4j.nn.conf.dropout.GaussianDropout;
import org.deeplearning4j.nn.conf.dropout.GaussianNoise;
import org.deeplearning4j.nn.conf.dropout.SpatialDropout;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LocallyConnected2D;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationRReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** What an engine promises besides the right numbers. */
final class TorchGradientEngineTest {
    private static final int[] SHAPE = {1, 8, 8};
    private static final int CLASSES = 4;

    @ParameterizedTest
    @EnumSource(
            value = ImageMemory.class,
            names = {"CHANNELS_INNERMOST", "BLOCKS"})
    void nativeMemory_doesNotGrowOverTwoThousandSteps(ImageMemory images) {
        ComputationGraphConfiguration configuration =
                BuiltinNetworks.configuration("digits", SHAPE, CLASSES, 3, new Nesterovs(0.05, 0.9), 1e-4);
        ComputationGraph network = new ComputationGraph(configuration);
        network.init();
        float[] parameters = FlatParameters.of(network);
        Batch batch = batch(4, 1);
        assumeThat(ImageMemory.possible(configuration, TorchDevice.CPU)).contains(images);
        try (GradientEngine engine = new TorchGradientEngine(configuration, TorchDevice.CPU, 1, images)) {
            for (int step = 0; step < 200; step++) {
                engine.gradient(parameters, batch, step);
                engine.outputs(parameters, batch);
            }
            System.gc();
            long before = Pointer.physicalBytes();
            long objects = Pointer.totalCount();
            for (int step = 0; step < 2000; step++) {
                engine.gradient(parameters, batch, step);
            }
            System.gc();
            long grown = Pointer.physicalBytes() - before;
            System.out.printf("grown by %,d bytes, %d native objects%n", grown, Pointer.totalCount() - objects);
            // One step's tensors take over 1 MB: what is kept of each step would be 2 GB.
            assertThat(grown).isLessThan(64 << 20);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"FLOAT", "DOUBLE"})
    void everyCall_takesWhatIsInTheBufferAndOverwritesTheOther(DataType type) {
        Chain chain = Chain.of(
                InputType.feedForward(5), new DenseLayer.Builder().nOut(40).build());
        ComputationGraphConfiguration configuration = chain.network().apply(type);
        ComputationGraph network = new ComputationGraph(configuration);
        network.init();
        float[] parameters = FlatParameters.of(network);
        float[] moved = parameters.clone();
        moved[3] += 0.5f;
        Batch batch = chain.batch(8, 1);
        try (GradientEngine engine = new TorchGradientEngine(configuration.toJson(), TorchDevice.CPU, 1)) {
            engine.set(parameters);
            double lossSum = engine.differentiate(batch, 1);
            float[] gradient = values(engine.gradient());
            float[] outputs = engine.inference().outputs(batch).get(0).floats();

            engine.parameters().put(3, moved[3]);
            assertThat(engine.differentiate(batch, 1)).isNotEqualTo(lossSum);
            assertThat(values(engine.gradient())).isNotEqualTo(gradient);
            assertThat(engine.inference().outputs(batch).get(0).floats()).isNotEqualTo(outputs);
            assertThat(values(engine.parameters())).containsExactly(moved);

            engine.set(parameters);
            assertThat(engine.differentiate(batch, 1)).isEqualTo(lossSum);
            assertThat(values(engine.gradient())).containsExactly(gradient);
            assertThatThrownBy(() -> engine.set(new float[3]))
                    .hasMessage("Cannot set parameters: found 3 values, expected %d".formatted(parameters.length));
        }
    }

    private static float[] values(FloatBuffer buffer) {
        float[] values = new float[buffer.remaining()];
        buffer.get(values);
        return values;
    }

    @Test
    void numbersTooSmallToBeNormal_areZeroInLibtorch_butNotInJava() {
        ComputationGraphConfiguration configuration = Chain.builder(DataType.FLOAT)
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.feedForward(1))
                .addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunctions.LossFunction.MSE)
                                .nOut(1)
                                .activation(Activation.IDENTITY)
                                .build(),
                        "in")
                .setOutputs("out")
                .build();
        float small = 1e-20f;
        Batch batch = new Batch(
                List.of(new Batch.Input(Values.of(new float[] {small}, 1, 1), Optional.empty())),
                List.of(new Target.Dense(Values.of(new float[] {1}, 1, 1), Optional.empty())));
        try (GradientEngine engine = new TorchGradientEngine(configuration.toJson(), TorchDevice.CPU, 1)) {
            float[] output =
                    engine.outputs(new float[] {small, 0}, batch).get(0).floats();
            engine.gradient(new float[] {small, 0}, batch, 1);

            assertThat(output).containsExactly(0);
            assertThat(batch.inputs().get(0).values().floats()[0] * small).isPositive();
        }
    }

    @Test
    void gradients_haveTheSameBitsForTheSameSeed() {
        for (DenseLayer layer : new DenseLayer[] {
            new DenseLayer.Builder().nOut(6).dropOut(0.5).build(),
            new DenseLayer.Builder().nOut(6).dropOut(new GaussianDropout(0.4)).build(),
            new DenseLayer.Builder().nOut(6).dropOut(new GaussianNoise(0.4)).build(),
            new DenseLayer.Builder().nOut(6).dropOut(new AlphaDropout(0.6)).build()
        }) {
            assertSeedDecides(Chain.of(
                    InputType.feedForward(5), new DenseLayer.Builder().nOut(6).build(), layer));
        }
        assertSeedDecides(Chain.of(
                InputType.convolutional(5, 5, 2),
                new ConvolutionLayer.Builder(2, 2)
                        .nOut(3)
                        .dropOut(new SpatialDropout(0.5))
                        .build()));
    }

    private static void assertSeedDecides(Chain chain) {
        ComputationGraphConfiguration configuration = chain.network().apply(DataType.FLOAT);
        ComputationGraph network = new ComputationGraph(configuration);
        network.init();
        float[] parameters = FlatParameters.of(network);
        Batch batch = chain.batch(8, 1);
        try (GradientEngine engine = new TorchGradientEngine(configuration.toJson(), TorchDevice.CPU, 1);
                GradientEngine second = new TorchGradientEngine(configuration.toJson(), TorchDevice.CPU, 1)) {
            float[] first = engine.gradient(parameters, batch, 5).gradient();
            assertThat(engine.gradient(parameters, batch, 6).gradient()).isNotEqualTo(first);
            assertThat(engine.gradient(parameters, batch, 5).gradient()).containsExactly(first);
            assertThat(second.gradient(parameters, batch, 5).gradient()).containsExactly(first);
            // Dropout is for training only.
            assertThat(engine.outputs(parameters, batch).get(0).floats())
                    .containsExactly(engine.outputs(parameters, batch).get(0).floats());
        }
    }

    /** The mean over many masks is the gradient's expectation: that of the mean of inverted dropout is the input itself. */
    @Test
    void dropout_keepsTheMean() {
        Chain with = Chain.of(
                InputType.feedForward(5),
                new DenseLayer.Builder()
                        .nOut(6)
                        .activation(Activation.IDENTITY)
                        .dropOut(0.5)
                        .build());
        ComputationGraphConfiguration configuration = with.network().apply(DataType.FLOAT);
        ComputationGraph network = new ComputationGraph(configuration);
        network.init();
        float[] parameters = FlatParameters.of(network);
        // Small weights: the network is nearly linear, so that the mean of the gradients is near the gradient of the
        // mean.
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] *= 0.05f;
        }
        Batch batch = with.batch(64, 1);
        ComputationGraphConfiguration plain = Chain.of(
                        InputType.feedForward(5),
                        new DenseLayer.Builder()
                                .nOut(6)
                                .activation(Activation.IDENTITY)
                                .build())
                .network()
                .apply(DataType.FLOAT);
        try (GradientEngine engine = new TorchGradientEngine(configuration.toJson(), TorchDevice.CPU, 1);
                GradientEngine reference = new TorchGradientEngine(plain.toJson(), TorchDevice.CPU, 1)) {
            double[] mean = new double[parameters.length];
            for (int seed = 0; seed < 500; seed++) {
                float[] gradient = engine.gradient(parameters, batch, seed).gradient();
                for (int i = 0; i < mean.length; i++) {
                    mean[i] += gradient[i] / 500.0;
                }
            }
            float[] expected = reference.gradient(parameters, batch, 0).gradient();
            double scale = 0;
            double difference = 0;
            for (int i = 0; i < mean.length; i++) {
                scale = Math.max(scale, Math.abs(expected[i]));
                difference = Math.max(difference, Math.abs(mean[i] - expected[i]));
            }
            assertThat(difference / scale).isLessThan(0.05);
        }
    }

    /** When this fails, Deeplearning4j has been mended: its mean slope at inference is none, it clamps to it. */
    @Test
    void randomizedRelu_isLeftOutBecauseDeeplearning4jClampsAtInference() {
        Chain chain = Chain.of(
                InputType.feedForward(5),
                new DenseLayer.Builder()
                        .nOut(6)
                        .activation(new ActivationRReLU(0.1, 0.4))
                        .build());
        assertThat(TorchGradientEngine.unsupported(chain.network().apply(DataType.FLOAT)))
                .hasValueSatisfying(reason -> assertThat(reason).contains("ActivationRReLU"));
        assertThat(new ActivationRReLU(0.1, 0.4)
                        .getActivation(Nd4j.createFromArray(-2.0, -1.0, 0.5), false)
                        .toDoubleVector())
                .containsExactly(0.25, 0.25, 0.5);
    }

    @Test
    void averageThatCountsPadding_isLeftOutBecauseDeeplearning4jsKernelsDisagree() {
        Chain chain = Chain.of(
                InputType.convolutional(4, 5, 3),
                new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.AVG, new int[] {2, 2}, new int[] {1, 1})
                        .padding(1, 1)
                        .avgPoolIncludePadInDivisor(true)
                        .build());
        assertThat(TorchGradientEngine.unsupported(chain.network().apply(DataType.FLOAT)))
                .hasValueSatisfying(reason -> assertThat(reason).contains("count padding"));
    }

    @Test
    void layerWithoutARule_isNamed() {
        ComputationGraphConfiguration configuration = Chain.builder(DataType.FLOAT)
                .graphBuilder()
                .addInputs("in")
                .addLayer("first", new ConvolutionLayer.Builder(2, 2).nOut(3).build(), "in")
                .addLayer(
                        "strange",
                        new LocallyConnected2D.Builder()
                                .kernelSize(1, 1)
                                .nOut(3)
                                .build(),
                        "first")
                .addLayer(
                        "out",
                        new OutputLayer.Builder()
                                .nOut(3)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "strange")
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(4, 4, 2))
                .build();
        assertThatThrownBy(() -> new TorchGradientEngine(configuration.toJson(), TorchDevice.CPU, 1))
                .isInstanceOf(UnsupportedLayerException.class)
                .hasMessageContaining("'strange'")
                .hasMessageContaining("LocallyConnected2D");
        assertThat(TorchGradientEngine.unsupported(configuration)).isPresent();
    }

    private static Batch batch(int rows, long seed) {
        Random random = new Random(seed);
        float[] features = new float[rows * 64];
        for (int i = 0; i < features.length; i++) {
            features[i] = (float) random.nextGaussian();
        }
        return Batch.ofClasses(features, SHAPE, random.ints(rows, 0, CLASSES).toArray(), CLASSES);
    }
}
