package io.halfspace.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfspace.dl4j.BuiltinNetworks;
import io.halfspace.dl4j.EquivalenceCheck;
import io.halfspace.dl4j.FlatParameters;
import io.halfspace.dl4j.NetworkTracer;
import io.halfspace.dl4j.SubnetworkBuilder;
import io.halfspace.graph.ErasableSegments;
import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.Removal;
import io.halfspace.graph.SliceTable;
import io.halfspace.graph.TraceGraph;
import io.halfspace.graph.ZeroGroups;
import io.halfspace.solver.Dhspg;
import io.halfspace.solver.DhspgSettings;
import io.halfspace.solver.H2spg;
import io.halfspace.solver.Hesso;
import io.halfspace.solver.Schedule;
import io.halfspace.solver.Solver;
import io.halfspace.solver.Target;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** Operators are chosen, driven to zero and cut out of the built-in super-networks. */
class ErasureTest {
    private static final int SIDE = 16;
    private static final List<String> PUBLISHED =
            List.of("maxpool13..resize19", "conv50..resize56", "conv63..resize70", "relu72..bn75");
    private static final List<String> BOTH_PATHS = List.of("relu35..bn38", "relu72..bn75");

    private final Schedule schedule = Schedule.forRun(30);

    @Test
    void stackedUnets_withThePublishedSegmentsMostRedundant_becomeThePublishedNetwork() {
        Subject subject = new Subject("stacked-unets:width=4");
        H2spg solver = new H2spg(subject.segments, new Target.GroupCount(4), DhspgSettings.forSgd(), schedule);
        ComputationGraph built = subject.erased(solver, PUBLISHED);

        assertThat(solver.passedOver()).isEmpty();
        assertThat(numbers(built))
                .containsExactlyInAnyOrder(
                        "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "24", "25", "26", "27",
                        "28", "29", "33", "34", "35", "36", "37", "38");
        assertThat(subject.inputs(built, "resize24")).containsExactly("conv12");
        assertThat(subject.inputs(built, "add25")).containsExactly("resize24", "bn9");
        assertThat(subject.inputs(built, "add34")).containsExactly("resize33", "conv3");
        assertThat(built.getVertices())
                .noneMatch(vertex -> vertex.getVertexName().equals("add76"));
    }

    @Test
    void stackedUnets_withScoresThatWouldBreakEveryPath_keepOne_andSaySo() {
        Subject subject = new Subject("stacked-unets:width=4");
        H2spg solver = new H2spg(subject.segments, new Target.GroupCount(5), DhspgSettings.forSgd(), schedule);
        subject.erased(solver, BOTH_PATHS);
        assertThat(IntStream.of(solver.passedOver()).mapToObj(subject.segments::name))
                .containsExactly("relu72..bn75");
    }

    @Test
    void stackedUnets_withoutHierarchy_loseEveryPath() {
        Subject subject = new Subject("stacked-unets:width=4");
        Dhspg plain =
                new Dhspg(subject.segments.unchecked(), new Target.GroupCount(2), DhspgSettings.forSgd(), schedule);
        subject.train(plain, BOTH_PATHS);
        assertThat(subject.segments.fault(plain.zeroGroups())).contains("'output' would have no input left");
    }

    @ParameterizedTest
    @CsvSource({
        "demo-supnet:width=4, 0.5",
        "stacked-unets:width=4, 0.6",
        "super-resnet:width=4;depth=1, 0.4",
        "darts:cells=3;width=4;nodes=2, 0.5"
    })
    void anySuperNetwork_erasedByEitherSolver_computesWhatItsZerosDo(String name, double share) {
        Subject subject = new Subject(name.replace(';', ','));
        List<String> first = subject.shuffledNames(7);
        Target target = new Target.Flops(share);
        ComputationGraph byH2spg =
                subject.erased(new H2spg(subject.segments, target, DhspgSettings.forSgd(), schedule), first);
        ComputationGraph byHesso = subject.erased(new Hesso(subject.segments, target, 3, schedule), first);
        assertThat(byHesso.numParams()).isEqualTo(byH2spg.numParams());
    }

    /** A network with its segments. */
    private static final class Subject {
        private final InputType type;
        private final ComputationGraph network;
        private final TraceGraph trace;
        private final ErasableSegments segments;
        private final float[] start;

        Subject(String name) {
            int channels = BuiltinNetworks.usualInput(name).orElseThrow()[0];
            type = InputType.convolutional(SIDE, SIDE, channels);
            network = BuiltinNetworks.create(name, new int[] {channels, SIDE, SIDE}, 10, 5, new Sgd(0.1), 0);
            trace = NetworkTracer.trace(network, type);
            segments = ErasableSegments.of(trace, GroupPartition.of(trace));
            start = FlatParameters.of(network);
        }

        /** Trains, reads the zeros off the weights, builds, and checks what is built. */
        ComputationGraph erased(Solver solver, List<String> mostRedundant) {
            train(solver, mostRedundant);
            boolean[] zero = ZeroGroups.in(segments, FlatParameters.of(network));
            assertThat(zero).isEqualTo(solver.zeroGroups());
            ComputationGraph built = SubnetworkBuilder.build(network, trace, segments, zero);
            INDArray probe = Nd4j.randn(DataType.FLOAT, 4, type.getShape()[0], SIDE, SIDE);
            EquivalenceCheck check = EquivalenceCheck.compare(network, built, probe);
            assertThat(check.passed()).as("%s", check).isTrue();
            Removal removal = segments.removal();
            removeAll(removal, zero);
            assertThat(built.numParams())
                    .isEqualTo(removal.cost().parameters() + removal.cost().statistics())
                    .isLessThan(network.numParams());
            TraceGraph again = NetworkTracer.trace(built, type);
            assertThat(GroupPartition.of(again).removal().cost()).isEqualTo(removal.cost());
            return built;
        }

        /** Gives the named segments the smallest values, the first the least, and takes steps that change nothing else. */
        void train(Solver solver, List<String> mostRedundant) {
            float[] x = start.clone();
            for (int s = 0; s < segments.count(); s++) {
                int place = mostRedundant.indexOf(segments.name(s));
                if (place >= 0) {
                    scale(x, s, 0.001f * (1 + place));
                }
            }
            float[] u = new float[x.length];
            while (!solver.finished()) {
                solver.step(x, u, 0.1);
            }
            FlatParameters.set(network, x);
        }

        List<String> shuffledNames(long seed) {
            List<String> names = IntStream.range(0, segments.count())
                    .mapToObj(segments::name)
                    .collect(Collectors.toList());
            Collections.shuffle(names, new Random(seed));
            return names;
        }

        List<String> inputs(ComputationGraph built, String vertex) {
            return built.getConfiguration().getVertexInputs().get(vertex);
        }

        /** Removes groups in whatever order they can go. */
        private static void removeAll(Removal removal, boolean[] leaving) {
            Set<Integer> left = IntStream.range(0, leaving.length)
                    .filter(s -> leaving[s])
                    .boxed()
                    .collect(Collectors.toSet());
            while (!left.isEmpty()) {
                int next = left.stream().filter(removal::canRemove).findFirst().orElseThrow();
                removal.remove(next);
                left.remove(next);
            }
        }

        private void scale(float[] x, int segment, float factor) {
            SliceTable table = segments.trainable();
            for (int i = table.start(segment); i < table.start(segment + 1); i++) {
                for (int p = table.offset(i); p < table.offset(i) + table.length(i); p++) {
                    x[p] *= factor;
                }
            }
        }
    }

    /** The numbers that the vertices have in the published figure. */
    private static Set<String> numbers(ComputationGraph network) {
        return network.getConfiguration().getVertices().keySet().stream()
                .map(name -> name.replaceAll("\\D", ""))
                .filter(number -> !number.isEmpty())
                .collect(Collectors.toSet());
    }
}
