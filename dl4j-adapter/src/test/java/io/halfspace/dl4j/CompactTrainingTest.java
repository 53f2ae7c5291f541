package io.halfspace.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.Remainder;
import io.halfspace.graph.Thinning;
import io.halfspace.graph.TraceGraph;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/**
 * A network that goes on training after its zero groups were cut must take the very steps that it would take with them in
 * place, frozen at zero, whatever the optimiser remembers.
 */
final class CompactTrainingTest {
    private static final int[] SHAPE = {2, 4, 4};
    private static final int VALUES = 32;
    private static final int CLASSES = 3;
    private static final int ROWS = 8;
    private static final int STEPS_BEFORE = 6;
    private static final int STEPS_AFTER = 100;
    private static final double TOLERANCE = 1e-10;
    private static final long SEED = 20;

    @BeforeAll
    static void enable() {
        NativeAcceleration.enable();
    }

    static Stream<Arguments> optimizers() {
        return Stream.of(
                Arguments.of(
                        "SGD with a schedule", new NeuralNetConfiguration.Builder().updater(new Sgd(schedule(0.05)))),
                Arguments.of(
                        "Nesterovs, L2",
                        new NeuralNetConfiguration.Builder()
                                .updater(new Nesterovs(0.02, 0.9))
                                .l2(1e-3)),
                Arguments.of(
                        "Adam with a schedule, L1",
                        new NeuralNetConfiguration.Builder()
                                .updater(new Adam(schedule(0.005)))
                                .l1(1e-4)),
                Arguments.of(
                        "Adam, decoupled decay, other updater for biases",
                        new NeuralNetConfiguration.Builder()
                                .updater(new Adam(0.005))
                                .biasUpdater(new Nesterovs(0.01, 0.8))
                                .weightDecay(1e-2)),
                Arguments.of("AMSGrad", new NeuralNetConfiguration.Builder().updater(new AMSGrad(0.005))),
                Arguments.of("RMSProp", new NeuralNetConfiguration.Builder().updater(new RmsProp(0.002))),
                Arguments.of("clipped values", clipped(GradientNormalization.ClipElementWiseAbsoluteValue, 0.02)),
                Arguments.of("clipped norms of layers", clipped(GradientNormalization.ClipL2PerLayer, 0.1)),
                Arguments.of("normalised layers", clipped(GradientNormalization.RenormalizeL2PerLayer, 1)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("optimizers")
    void compactRun_followsTheFrozenRunOfFullSize(String name, NeuralNetConfiguration.Builder builder) {
        ComputationGraph full = new ComputationGraph(configuration(builder));
        full.init();
        TraceGraph trace = NetworkTracer.trace(full, NetworkShape.inputType(SHAPE));
        GroupPartition groups = GroupPartition.of(trace);
        Dl4jGradientEngine fullEngine = new Dl4jGradientEngine(full);
        BaseOptimizer fullOptimizer = new BaseOptimizer(full);
        boolean[] zero = new boolean[groups.count()];
        for (int step = 0; step < STEPS_BEFORE; step++) {
            step(full, fullEngine, fullOptimizer, step, ones(full));
        }
        INDArray live = zeroSome(full, trace, groups, zero);
        Remainder remainder = Remainder.of(trace, groups, zero);
        ComputationGraph compact = SubnetworkBuilder.build(full, trace, remainder);
        Dl4jGradientEngine compactEngine = new Dl4jGradientEngine(compact);
        BaseOptimizer compactOptimizer = fullOptimizer.cut(compact, remainder);

        for (int step = STEPS_BEFORE; step < STEPS_BEFORE + STEPS_AFTER; step++) {
            double expected = step(full, fullEngine, fullOptimizer, step, live);
            double actual = step(compact, compactEngine, compactOptimizer, step, ones(compact));
            assertThat(actual).as("loss of step %d", step).isCloseTo(expected, within(TOLERANCE * expected));
        }

        INDArray expected = SubnetworkBuilder.gather(full.params(), remainder).reshape(remainder.length());
        assertThat(expected.distance2(compact.params()) / expected.norm2Number().doubleValue())
                .isLessThan(TOLERANCE);
        assertThat(compact.numParams()).isLessThan(full.numParams() * 3 / 4);
        INDArray probe = Nd4j.rand(DataType.DOUBLE, ROWS, 2, 4, 4);
        assertThat(EquivalenceCheck.compare(full, compact, probe).passed()).isTrue();
    }

    /** One step at the network's present parameters, of those that are live; gives the loss of the examples alone. */
    private static double step(
            ComputationGraph network, Dl4jGradientEngine engine, BaseOptimizer optimizer, int step, INDArray live) {
        double loss = engine.compute(batch(step), 1) / ROWS - network.calcRegularizationScore(true);
        INDArray flat = network.getFlattenedGradients().reshape(network.numParams());
        // The job silences what is frozen before norms are taken: see TrainingLoop.
        flat.muli(live);
        List<INDArray> statistics = FlatParameters.statistics(network).stream()
                .map(range -> flat.get(NDArrayIndex.interval(range.from(), range.to())))
                .toList();
        List<INDArray> steps = statistics.stream().map(INDArray::dup).toList();
        statistics.forEach(each -> each.assign(0));
        optimizer.update(ROWS, step, 0);
        for (int i = 0; i < steps.size(); i++) {
            statistics.get(i).assign(steps.get(i));
        }
        network.params().subi(flat.mul(live));
        return loss;
    }

    /** Sets some groups to zero; gives 0 at their positions and 1 elsewhere. */
    private static INDArray zeroSome(
            ComputationGraph network, TraceGraph trace, GroupPartition groups, boolean[] zero) {
        Random random = new Random(SEED);
        Thinning thinning = new Thinning(trace, groups);
        float[] live = new float[(int) network.numParams()];
        Arrays.fill(live, 1f);
        for (int group = 0; group < zero.length; group++) {
            if (random.nextInt(3) > 0 && thinning.canRemove(group)) {
                thinning.remove(group);
                zero[group] = true;
                groups.trainable().clear(group, live);
            }
        }
        INDArray mask = Nd4j.createFromArray(live).castTo(DataType.DOUBLE);
        network.params().muli(mask);
        return mask;
    }

    private static INDArray ones(ComputationGraph network) {
        return Nd4j.ones(DataType.DOUBLE, network.numParams());
    }

    private static MapSchedule schedule(double rate) {
        return new MapSchedule(ScheduleType.ITERATION, Map.of(0, rate, 40, rate / 2, 90, rate / 4));
    }

    private static NeuralNetConfiguration.Builder clipped(GradientNormalization kind, double threshold) {
        return new NeuralNetConfiguration.Builder()
                .updater(new Nesterovs(0.02, 0.9))
                .gradientNormalization(kind)
                .gradientNormalizationThreshold(threshold);
    }

    /** A sum with a skip, then a concatenation, batch-norm in each branch, then a hidden layer. */
    private static ComputationGraphConfiguration configuration(NeuralNetConfiguration.Builder builder) {
        return builder.seed(SEED)
                .dataType(DataType.DOUBLE)
                .activation(Activation.IDENTITY)
                .graphBuilder()
                .addInputs("in")
                .addLayer("stem", convolution(8), "in")
                .addLayer("stem-bn", new BatchNormalization(), "stem")
                .addLayer("stem-act", new ActivationLayer(Activation.TANH), "stem-bn")
                .addLayer("deep", convolution(8), "stem-act")
                .addLayer("deep-bn", new BatchNormalization(), "deep")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "deep-bn", "stem-act")
                .addLayer("left", convolution(5), "sum")
                .addLayer("left-bn", new BatchNormalization(), "left")
                .addLayer("right", convolution(6), "sum")
                .addVertex("concat", new MergeVertex(), "left-bn", "right")
                .addLayer(
                        "dense",
                        new DenseLayer.Builder()
                                .nOut(12)
                                .activation(Activation.TANH)
                                .build(),
                        "concat")
                .addLayer(
                        "out",
                        new OutputLayer.Builder()
                                .nOut(CLASSES)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "dense")
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(4, 4, 2))
                .build();
    }

    /** Without bias: before batch-norm its gradient is nothing but rounding, which Adam would blow up. */
    private static ConvolutionLayer convolution(int channels) {
        return new ConvolutionLayer.Builder(3, 3)
                .padding(1, 1)
                .nOut(channels)
                .hasBias(false)
                .build();
    }

    private static Batch batch(long seed) {
        Random random = new Random(seed);
        float[] features = new float[ROWS * VALUES];
        int[] labels = new int[ROWS];
        for (int r = 0; r < ROWS; r++) {
            labels[r] = random.nextInt(CLASSES);
            for (int i = 0; i < VALUES; i++) {
                features[r * VALUES + i] = (float) random.nextGaussian() + 0.3f * labels[r];
            }
        }
        return Batch.ofClasses(features, SHAPE, labels, CLASSES);
    }
}
