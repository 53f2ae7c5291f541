package io.halfspace.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halfspace.dl4j.BaseOptimizer;
import io.halfspace.dl4j.Batch;
import io.halfspace.dl4j.BuiltinNetworks;
import io.halfspace.dl4j.Dl4jGradientEngine;
import io.halfspace.dl4j.EquivalenceCheck;
import io.halfspace.dl4j.FlatParameters;
import io.halfspace.dl4j.GradientEngine;
import io.halfspace.dl4j.GradientSum;
import io.halfspace.dl4j.NetworkShape;
import io.halfspace.dl4j.NetworkTracer;
import io.halfspace.dl4j.SubnetworkBuilder;
import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.TraceGraph;
import io.halfspace.graph.ZeroGroups;
import java.util.Random;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Nesterovs;

/** The same training on each engine, 200 steps of one seed, and the small networks that come out of it. */
final class TrainingEqualityTest {
    private static final int[] SHAPE = {1, 8, 8};
    private static final int CLASSES = 4;
    private static final int STEPS = 200;
    private static final int ROWS = 16;

    private static Trained reference;
    private static Trained fast;

    @BeforeAll
    static void train() {
        ComputationGraphConfiguration configuration = BuiltinNetworksTest.smooth(
                BuiltinNetworks.configuration("digits", SHAPE, CLASSES, 3, new Nesterovs(0.05, 0.9), 1e-4),
                DataType.FLOAT);
        reference = train(configuration, new Dl4jGradientEngine(configuration.toJson()));
        fast = train(configuration, new TorchGradientEngine(configuration.toJson(), TorchDevice.CPU, 1));
    }

    @Test
    void losses_goTheSameWay() {
        System.out.printf("losses %.6f and %.6f%n", reference.losses[STEPS - 1], fast.losses[STEPS - 1]);
        // Rounding is amplified from step to step; the first steps tell a wrong gradient, the last that none drifts
        // away.
        for (int step = 0; step < STEPS; step++) {
            assertThat(fast.losses[step])
                    .as("loss of step %d", step)
                    .isCloseTo(reference.losses[step], within(step < 20 ? 1e-3 : 0.01));
        }
        assertThat(reference.losses[STEPS - 1]).isLessThan(0.5 * reference.losses[0]);
    }

    @Test
    void runningStatistics_goTheSameWay() {
        for (FlatParameters.Range range : FlatParameters.statistics(fast.network)) {
            for (int i = range.from(); i < range.to(); i++) {
                assertThat(fast.parameters[i]).isCloseTo(reference.parameters[i], within(0.01f));
            }
        }
    }

    @Test
    void trainedNetworks_answerAlike() {
        assertThat(difference(reference.network, fast.network)).isLessThan(0.1);
    }

    /** Every second group is zeroed in both; each built network equals its zeroed one, on both engines. */
    @Test
    void compactNetworks_passTheEqualityCheck() {
        ComputationGraph first = compact(reference);
        ComputationGraph second = compact(fast);

        assertThat(second.numParams()).isEqualTo(first.numParams()).isLessThan(reference.parameters.length);
        assertThat(difference(first, second)).isLessThan(0.1);
    }

    private static ComputationGraph compact(Trained trained) {
        ComputationGraph zeroed = trained.network.clone();
        TraceGraph trace = NetworkTracer.trace(zeroed, NetworkShape.inputType(SHAPE));
        GroupPartition groups = GroupPartition.of(trace);
        float[] parameters = trained.parameters.clone();
        for (int group = 0; group < groups.count(); group += 2) {
            groups.trainable().clear(group, parameters);
        }
        FlatParameters.set(zeroed, parameters);

        ComputationGraph built = SubnetworkBuilder.build(zeroed, trace, groups, ZeroGroups.in(groups, parameters));

        EquivalenceCheck check = EquivalenceCheck.compare(zeroed, built, probe());
        System.out.println(check);
        assertThat(check.passed()).as("%s", check).isTrue();
        Batch batch = batch(ROWS, 900);
        float[] full = outputs(zeroed, parameters, batch);
        float[] small = outputs(built, FlatParameters.of(built), batch);
        for (int i = 0; i < full.length; i++) {
            assertThat(small[i]).isCloseTo(full[i], within((float) check.tolerance()));
        }
        return built;
    }

    /** Probabilities, as libtorch gives them. */
    private static float[] outputs(ComputationGraph network, float[] parameters, Batch batch) {
        String json = network.getConfiguration().toJson();
        try (GradientEngine engine = new TorchGradientEngine(json, TorchDevice.CPU, 1)) {
            return engine.outputs(parameters, batch).get(0).floats();
        }
    }

    private static double difference(ComputationGraph expected, ComputationGraph actual) {
        return EquivalenceCheck.compare(expected, actual, probe()).maxRelativeDifference();
    }

    private static INDArray probe() {
        return batch(ROWS, 900).inputs().get(0).values().toArray();
    }

    private record Trained(ComputationGraph network, float[] parameters, double[] losses) {}

    private static Trained train(ComputationGraphConfiguration configuration, GradientEngine engine) {
        ComputationGraph network = new ComputationGraph(configuration.clone());
        network.init();
        BaseOptimizer optimizer = new BaseOptimizer(network);
        float[] parameters = FlatParameters.of(network);
        double[] losses = new double[STEPS];
        try (engine) {
            for (int step = 0; step < losses.length; step++) {
                GradientSum sum = engine.gradient(parameters, batch(ROWS, step % 20), step);
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

    /** One bright quarter an image, by its class. */
    private static Batch batch(int rows, long seed) {
        Random random = new Random(seed);
        float[] features = new float[rows * 64];
        int[] labels = new int[rows];
        for (int row = 0; row < rows; row++) {
            labels[row] = random.nextInt(CLASSES);
            for (int i = 0; i < 64; i++) {
                int quarter = (i / 32) * 2 + (i % 8) / 4;
                features[row * 64 + i] = (float) (random.nextGaussian() + (quarter == labels[row] ? 1 : 0));
            }
        }
        return Batch.ofClasses(features, SHAPE, labels, CLASSES);
    }
}
