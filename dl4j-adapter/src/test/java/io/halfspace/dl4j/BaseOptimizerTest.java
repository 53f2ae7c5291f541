package io.halfspace.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;

/** Engine and optimiser together must take the very steps that Deeplearning4j's own training takes. */
final class BaseOptimizerTest {
    private static final int[] SHAPE = {2, 6, 6};
    private static final int CLASSES = 3;

    static Stream<NeuralNetConfiguration.Builder> updaters() {
        return Stream.of(
                new NeuralNetConfiguration.Builder().updater(new Sgd(0.1)),
                new NeuralNetConfiguration.Builder()
                        .updater(new Nesterovs(0.05, 0.9))
                        .l2(1e-2),
                new NeuralNetConfiguration.Builder()
                        .updater(new Adam(0.01))
                        .weightDecay(1e-2)
                        .l1(1e-3),
                new NeuralNetConfiguration.Builder().updater(new AMSGrad(0.01)),
                new NeuralNetConfiguration.Builder().updater(new RmsProp(0.01)));
    }

    /** Without statistics where norms are taken: Deeplearning4j counts the steps of a layer's statistics among them. */
    static Stream<NeuralNetConfiguration.Builder> normalizations() {
        return Stream.of(
                new NeuralNetConfiguration.Builder()
                        .updater(new RmsProp(0.01))
                        .gradientNormalization(GradientNormalization.ClipL2PerLayer)
                        .gradientNormalizationThreshold(0.5),
                new NeuralNetConfiguration.Builder()
                        .updater(new Sgd(0.1))
                        .gradientNormalization(GradientNormalization.RenormalizeL2PerParamType));
    }

    @ParameterizedTest
    @MethodSource("updaters")
    void fiveSteps_equalFiveStepsOfFit(NeuralNetConfiguration.Builder builder) {
        assertEqualToFit(configuration(builder));
    }

    @ParameterizedTest
    @MethodSource("normalizations")
    void fiveStepsWithNormalization_equalFiveStepsOfFit(NeuralNetConfiguration.Builder builder) {
        assertEqualToFit(configuration(builder, new ActivationLayer(Activation.TANH)));
    }

    private static void assertEqualToFit(ComputationGraphConfiguration configuration) {
        ComputationGraph reference = new ComputationGraph(configuration.clone());
        reference.init();
        ComputationGraph own = reference.clone();
        BaseOptimizer optimizer = new BaseOptimizer(own);
        float[] parameters = FlatParameters.of(reference);
        try (Dl4jGradientEngine engine = new Dl4jGradientEngine(configuration.toJson())) {
            for (int step = 0; step < 5; step++) {
                Batch batch = batch(16, step);
                INDArray features = batch.inputs().get(0).values().toArray();
                int[] labels = ((Target.Classes) batch.targets().get(0)).indices();
                reference.fit(new DataSet(features, oneHot(labels)));
                GradientSum sum = engine.gradient(parameters, batch, 1);
                float[] update = optimizer.update(parameters, sum.gradient(), sum.rows(), 1, step, 0);
                for (int i = 0; i < parameters.length; i++) {
                    parameters[i] -= update[i];
                }
                assertThat(parameters).containsExactly(FlatParameters.of(reference));
            }
        }
    }

    @Test
    void statisticsOfSeveralMinibatches_areAveraged() {
        ComputationGraph network =
                new ComputationGraph(configuration(new NeuralNetConfiguration.Builder().updater(new Sgd(1))));
        network.init();
        float[] gradient = new float[(int) network.numParams()];
        Arrays.fill(gradient, 8f);

        float[] update = new BaseOptimizer(network).update(FlatParameters.of(network), gradient, 2, 4, 0, 0);

        boolean[] statistic = new boolean[gradient.length];
        for (FlatParameters.Range range : FlatParameters.statistics(network)) {
            Arrays.fill(statistic, range.from(), range.to(), true);
        }
        assertThat(FlatParameters.statistics(network)).isNotEmpty();
        for (int i = 0; i < update.length; i++) {
            assertThat(update[i]).isEqualTo(statistic[i] ? 8f / 4 : 8f / 2);
        }
    }

    @ParameterizedTest
    @EnumSource(GradientNormalization.class)
    void statistics_takeTheirStepWhateverIsDoneToGradients(GradientNormalization normalization) {
        ComputationGraph network = new ComputationGraph(configuration(new NeuralNetConfiguration.Builder()
                .updater(new Adam(0.1))
                .l1(0.1)
                .l2(0.1)
                .weightDecay(0.1)
                .gradientNormalization(normalization)
                .gradientNormalizationThreshold(1e-3)));
        network.init();
        float[] gradient = new float[(int) network.numParams()];
        Arrays.fill(gradient, 3f);
        float[] update = new BaseOptimizer(network.clone()).update(FlatParameters.of(network), gradient, 4, 1, 0, 0);
        for (FlatParameters.Range range : FlatParameters.statistics(network)) {
            Arrays.fill(gradient, range.from(), range.to(), 1000f);
        }

        float[] again = new BaseOptimizer(network.clone()).update(FlatParameters.of(network), gradient, 4, 1, 0, 0);

        for (FlatParameters.Range range : FlatParameters.statistics(network)) {
            for (int i = range.from(); i < range.to(); i++) {
                assertThat(update[i]).isEqualTo(3f);
                assertThat(again[i]).isEqualTo(1000f);
                again[i] = 3f;
            }
        }
        assertThat(again).as("statistics leave the norms of gradients alone").containsExactly(update);
    }

    @Test
    void learningRateAndKind_comeFromTheUpdater() {
        ComputationGraph network =
                new ComputationGraph(configuration(new NeuralNetConfiguration.Builder().updater(new Adam(0.25))));
        network.init();

        assertThat(new BaseOptimizer(network).learningRate(0, 0)).isEqualTo(0.25);
        assertThat(BaseOptimizer.isAdaptive(network)).isTrue();
    }

    private static ComputationGraphConfiguration configuration(NeuralNetConfiguration.Builder builder) {
        return configuration(builder, new BatchNormalization());
    }

    private static ComputationGraphConfiguration configuration(NeuralNetConfiguration.Builder builder, Layer middle) {
        return builder.seed(7)
                .activation(Activation.TANH)
                .graphBuilder()
                .addInputs("in")
                .addLayer("conv", new ConvolutionLayer.Builder(3, 3).nOut(4).build(), "in")
                .addLayer("bn", middle, "conv")
                .addLayer("dense", new DenseLayer.Builder().nOut(5).build(), "bn")
                .addLayer(
                        "out",
                        new OutputLayer.Builder()
                                .nOut(CLASSES)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "dense")
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(6, 6, 2))
                .build();
    }

    private static Batch batch(int rows, long seed) {
        Random random = new Random(seed);
        float[] features = new float[rows * 72];
        int[] labels = new int[rows];
        for (int i = 0; i < features.length; i++) {
            features[i] = (float) random.nextGaussian();
        }
        for (int r = 0; r < rows; r++) {
            labels[r] = random.nextInt(CLASSES);
        }
        return Batch.ofClasses(features, SHAPE, labels, CLASSES);
    }

    private static INDArray oneHot(int[] labels) {
        INDArray array = Nd4j.zeros(labels.length, CLASSES);
        for (int r = 0; r < labels.length; r++) {
            array.putScalar(r, labels[r], 1);
        }
        return array;
    }
}
