package io.halfspace.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfspace.dl4j.BaseOptimizer;
import io.halfspace.dl4j.Batch;
import io.halfspace.dl4j.BuiltinNetworks;
import io.halfspace.dl4j.Dl4jGradientEngine;
import io.halfspace.dl4j.FlatParameters;
import io.halfspace.dl4j.GradientSum;
import io.halfspace.dl4j.NetworkTracer;
import io.halfspace.graph.ErasableSegments;
import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.ZeroGroups;
import io.halfspace.solver.Dhspg;
import io.halfspace.solver.DhspgSettings;
import io.halfspace.solver.H2spg;
import io.halfspace.solver.Schedule;
import io.halfspace.solver.Solver;
import io.halfspace.solver.Target;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/**
 * What the check of validity is worth: how often DHSPG without hierarchy, on the same segments after the same training,
 * chooses segments without which no network is left, and what training to the end makes of them.
 */
@Tag("slow")
class HierarchyAblationTest {
    private static final int SIDE = 8;
    private static final int SEEDS = 10;
    private static final int ROWS = 32;
    private static final double RATE = 0.002;
    private static final double[] SHARES = {0.25, 0.5, 0.75, 1};

    private static final String TRAINED = "super-resnet:width=4,depth=2";
    private static final int TRAINED_SEEDS = 5;

    private final Schedule schedule = Schedule.of(60, 30, 50);
    private final Schedule trained = Schedule.of(80, 30, 60);
    private final List<float[]> digits = digits();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "stacked-unets:width=8",
                "super-resnet:width=4,depth=2",
                "demo-supnet:width=8",
                "darts:cells=3,width=4,nodes=2"
            })
    void plainSelection_endsInInvalidNetworks(String name) {
        int[] invalid = new int[SHARES.length];
        int segments = 0;
        int feasible = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            ComputationGraph network =
                    BuiltinNetworks.create(name, new int[] {1, SIDE, SIDE}, 10, seed, new Adam(RATE), 0);
            ErasableSegments set = segments(network);
            segments = set.count();
            feasible = new Target.Groups(0).limit(set).groups();
            List<Solver> plain = new ArrayList<>();
            List<Solver> hierarchical = new ArrayList<>();
            for (double share : SHARES) {
                Target target = new Target.GroupCount((int) Math.round(share * feasible));
                plain.add(new Dhspg(set.unchecked(), target, DhspgSettings.forAdam(), schedule));
                hierarchical.add(new H2spg(set, target, DhspgSettings.forAdam(), schedule));
            }
            List<Solver> solvers =
                    Stream.concat(plain.stream(), hierarchical.stream()).toList();
            warmUp(network, new BaseOptimizer(network), solvers, seed);
            for (int i = 0; i < SHARES.length; i++) {
                invalid[i] += set.fault(plain.get(i).state().targeted()).isPresent() ? 1 : 0;
                assertThat(set.fault(hierarchical.get(i).state().targeted())).isEmpty();
            }
        }
        System.out.printf(
                "%s: %d segments, %d can leave; of %d runs without hierarchy that erase 25, 50, 75, 100 %% of those, %s"
                        + " leave no valid network%n",
                name, segments, feasible, SEEDS, Arrays.toString(invalid));
    }

    /** What is chosen is driven to zero, and the network that this ends with is judged on all digits. */
    @Test
    void plainTraining_endsInInvalidNetworks() throws IOException {
        int[] invalid = new int[SHARES.length];
        double[] plainAccuracy = new double[SHARES.length];
        double[] accuracy = new double[SHARES.length];
        for (long seed = 1; seed <= TRAINED_SEEDS; seed++) {
            ComputationGraph network =
                    BuiltinNetworks.create(TRAINED, new int[] {1, SIDE, SIDE}, 10, seed, new Adam(RATE), 0);
            ErasableSegments set = segments(network);
            int feasible = new Target.Groups(0).limit(set).groups();
            List<Solver> solvers = new ArrayList<>();
            for (double share : SHARES) {
                Target target = new Target.GroupCount((int) Math.round(share * feasible));
                solvers.add(new Dhspg(set.unchecked(), target, DhspgSettings.forAdam(), trained));
                solvers.add(new H2spg(set, target, DhspgSettings.forAdam(), trained));
            }
            BaseOptimizer optimizer = new BaseOptimizer(network);
            float[] start = warmUp(network, optimizer, solvers, seed);
            ByteArrayOutputStream memory = new ByteArrayOutputStream();
            optimizer.save(new DataOutputStream(memory));
            for (int i = 0; i < SHARES.length; i++) {
                for (int hierarchy = 0; hierarchy < 2; hierarchy++) {
                    Solver solver = solvers.get(2 * i + hierarchy);
                    optimizer.restore(new DataInputStream(new ByteArrayInputStream(memory.toByteArray())));
                    float[] x = train(network, optimizer, solver, start.clone(), seed);
                    boolean[] zero = ZeroGroups.in(set, x);
                    assertThat(solver.finished()).isTrue();
                    assertThat(zero).isEqualTo(solver.zeroGroups());
                    FlatParameters.set(network, x);
                    (hierarchy == 0 ? plainAccuracy : accuracy)[i] += accuracy(network) / TRAINED_SEEDS;
                    if (hierarchy == 0) {
                        invalid[i] += set.fault(zero).isPresent() ? 1 : 0;
                    } else {
                        assertThat(set.fault(zero)).isEmpty();
                    }
                }
            }
        }
        System.out.printf(
                "%s, %d steps: of %d trained without hierarchy to 25, 50, 75, 100 %%, %s end invalid; mean accuracy %s,"
                        + " with hierarchy %s%n",
                TRAINED,
                trained.totalSteps(),
                TRAINED_SEEDS,
                Arrays.toString(invalid),
                Arrays.toString(plainAccuracy),
                Arrays.toString(accuracy));
    }

    /** The steps after the choice. Modifies and gives {@code x}. */
    private float[] train(ComputationGraph network, BaseOptimizer optimizer, Solver solver, float[] x, long seed) {
        Random random = new Random(100 + seed);
        try (Dl4jGradientEngine engine =
                new Dl4jGradientEngine(network.getConfiguration().toJson())) {
            for (int step = trained.warmUpSteps(); step < trained.totalSteps(); step++) {
                GradientSum sum = engine.gradient(x, batch(random), step);
                solver.step(x, optimizer.update(x, sum.gradient(), sum.rows(), 1, step, 0), RATE);
            }
        }
        return x;
    }

    private double accuracy(ComputationGraph network) {
        int right = 0;
        for (int first = 0; first < digits.size(); first += ROWS) {
            List<float[]> some = digits.subList(first, Math.min(digits.size(), first + ROWS));
            INDArray features = Nd4j.zeros(some.size(), 1, SIDE, SIDE);
            for (int row = 0; row < some.size(); row++) {
                for (int i = 0; i < SIDE * SIDE; i++) {
                    features.putScalar(row, 0, i / SIDE, i % SIDE, some.get(row)[i] / 16);
                }
            }
            INDArray best = network.outputSingle(features).argMax(1);
            for (int row = 0; row < some.size(); row++) {
                right += best.getInt(row) == (int) some.get(row)[SIDE * SIDE] ? 1 : 0;
            }
        }
        return (double) right / digits.size();
    }

    /** All solvers see the same steps: those of the base optimiser. Gives the parameters after them. */
    private float[] warmUp(ComputationGraph network, BaseOptimizer optimizer, List<Solver> solvers, long seed) {
        Random random = new Random(seed);
        float[] x = FlatParameters.of(network);
        try (Dl4jGradientEngine engine =
                new Dl4jGradientEngine(network.getConfiguration().toJson())) {
            for (int step = 0; step < schedule.warmUpSteps(); step++) {
                GradientSum sum = engine.gradient(x, batch(random), step);
                float[] u = optimizer.update(x, sum.gradient(), sum.rows(), 1, step, 0);
                float[] next = x.clone();
                for (Solver solver : solvers) {
                    next = x.clone();
                    solver.step(next, u.clone(), RATE);
                }
                x = next;
            }
        }
        return x;
    }

    private Batch batch(Random random) {
        float[] features = new float[ROWS * SIDE * SIDE];
        int[] labels = new int[ROWS];
        for (int row = 0; row < ROWS; row++) {
            float[] digit = digits.get(random.nextInt(digits.size()));
            for (int i = 0; i < SIDE * SIDE; i++) {
                features[row * SIDE * SIDE + i] = digit[i] / 16;
            }
            labels[row] = (int) digit[SIDE * SIDE];
        }
        return Batch.ofClasses(features, new int[] {1, SIDE, SIDE}, labels, 10);
    }

    private static ErasableSegments segments(ComputationGraph network) {
        var trace = NetworkTracer.trace(network, InputType.convolutional(SIDE, SIDE, 1));
        return ErasableSegments.of(trace, GroupPartition.of(trace));
    }

    private static List<float[]> digits() {
        Path file = Commands.REPOSITORY.resolve("examples/data/digits.csv.gz");
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.US_ASCII))) {
            return lines.lines()
                    .map(line -> {
                        String[] cells = line.split(",");
                        float[] values = new float[cells.length];
                        for (int i = 0; i < values.length; i++) {
                            values[i] = Float.parseFloat(cells[i]);
                        }
                        return values;
                    })
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException("Cannot read the digits", e);
        }
    }
}
