package io.halfspace.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.halfspace.dl4j.BaseOptimizer;
import io.halfspace.dl4j.Batch;
import io.halfspace.dl4j.BuiltinNetworks;
import io.halfspace.dl4j.Dl4jGradientEngine;
import io.halfspace.dl4j.EquivalenceCheck;
import io.halfspace.dl4j.FlatParameters;
import io.halfspace.dl4j.GradientEngine;
import io.halfspace.dl4j.GradientSum;
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
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Nesterovs;

/** What an engine promises besides the right numbers. */
final class TorchGradientEngineTest {
    private static final int[] SHAPE = {1, 8, 8};
    private static final int CLASSES = 4;

    @Test
    void training_goesTheSameWayOnBothEngines() {
        ComputationGraphConfiguration configuration = BuiltinNetworksTest.smooth(
                BuiltinNetworks.configuration("digits", SHAPE, CLASSES, 3, new Nesterovs(0.05, 0.9), 1e-4),
                DataType.FLOAT);
        Trained reference = train(configuration, new Dl4jGradientEngine(configuration.toJson()));
        Trained fast = train(configuration, new TorchGradientEngine(configuration.toJson(), TorchDevice.CPU, 1));

        System.out.printf("losses %.6f and %.6f%n", reference.losses[199], fast.losses[199]);
        // Rounding is amplified from step to step; the first steps tell a wrong gradient, the last that none drifts
        // away.
        for (int step = 0; step < 20; step++) {
            assertThat(fast.losses[step]).as("loss of step %d", step).isCloseTo(reference.losses[step], within(1e-3));
        }
        for (int step = 20; step < 200; step++) {
            assertThat(fast.losses[step]).as("loss of step %d", step).isCloseTo(reference.losses[step], within(0.01));
        }
        assertThat(reference.losses[199]).isLessThan(0.5 * reference.losses[0]);
        for (FlatParameters.Range range : FlatParameters.statistics(fast.network)) {
            for (int i = range.from(); i < range.to(); i++) {
                assertThat(fast.parameters[i]).isCloseTo(reference.parameters[i], within(0.01f));
            }
        }
        Batch probe = batch(16, 900);
        EquivalenceCheck check = EquivalenceCheck.compare(
                reference.network, fast.network, probe.inputs().get(0).values().toArray());
        assertThat(check.maxRelativeDifference()).isLessThan(0.1);
    }

    private record Trained(ComputationGraph network, float[] parameters, double[] losses) {}

    private static Trained train(ComputationGraphConfiguration configuration, GradientEngine engine) {
        ComputationGraph network = new ComputationGraph(configuration.clone());
        network.init();
        BaseOptimizer optimizer = new BaseOptimizer(network);
        float[] parameters = FlatParameters.of(network);
        double[] losses = new double[200];
        try (engine) {
            for (int step = 0; step < losses.length; step++) {
                GradientSum sum = engine.gradient(parameters, batch(16, step % 20), step);
                losses[step] = sum.lossSum() / sum.rows();
                float[] update = optimizer.update(parameters, sum.gradient(), sum.rows(), 1, step, 0);
                for (int i = 0; i < parameters.length; i++) {
                    parameters[i] -= update[i];
                }
            }
        }
        FlatParameters.set(network, parameters);
        return new Trained(network, parameters, losses);
    }

    @Test
    void nativeMemory_doesNotGrowOverTwoThousandSteps() {
        ComputationGraphConfiguration configuration =
                BuiltinNetworks.configuration("digits", SHAPE, CLASSES, 3, new Nesterovs(0.05, 0.9), 1e-4);
        ComputationGraph network = new ComputationGraph(configuration);
        network.init();
        float[] parameters = FlatParameters.of(network);
        Batch batch = batch(4, 1);
        try (GradientEngine engine = new TorchGradientEngine(configuration.toJson(), TorchDevice.CPU, 1)) {
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

    @Test
    void layerWithoutARule_isNamed() {
        ComputationGraphConfiguration configuration = Chain.builder(DataType.FLOAT)
                .graphBuilder()
                .addInputs("in")
                .addLayer("first", new ConvolutionLayer.Builder(2, 2).nOut(3).build(), "in")
                .addLayer("strange", new LocalResponseNormalization.Builder().build(), "first")
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
                .hasMessageContaining("LocalResponseNormalization");
        assertThat(TorchGradientEngine.unsupported(configuration)).isPresent();
    }

    private static Batch batch(int rows, long seed) {
        Random random = new Random(seed);
        float[] features = new float[rows * 64];
        int[] labels = new int[rows];
        for (int row = 0; row < rows; row++) {
            labels[row] = random.nextInt(CLASSES);
            for (int i = 0; i < 64; i++) {
                // One bright quarter an image, by its class.
                int quarter = (i / 32) * 2 + (i % 8) / 4;
                features[row * 64 + i] = (float) (random.nextGaussian() + (quarter == labels[row] ? 1 : 0));
            }
        }
        return Batch.ofClasses(features, SHAPE, labels, CLASSES);
    }
}
