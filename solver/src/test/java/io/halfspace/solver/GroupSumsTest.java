package io.halfspace.solver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halfspace.graph.ErasableSegments;
import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.GroupSet;
import io.halfspace.graph.SliceTable;
import io.halfspace.graph.TraceGraph;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class GroupSumsTest {
    /** What is promised whatever the values, and what random ones stay within. */
    private static final double ANY = ((double) GroupLayout.LONGEST / Lanes.LANES + 5) / (1 << 24);

    private static final double RANDOM = 1e-6;

    static Stream<GroupSet> groups() {
        TraceGraph branches = ConvNets.branches(2, 24);
        return Stream.of(
                GroupPartition.of(ToyNets.chain(true, 5, 16, 9, 3)),
                GroupPartition.of(ToyNets.chain(false, 20_000, 3, 2)),
                GroupPartition.of(ConvNets.resnet20()),
                ErasableSegments.of(branches, GroupPartition.of(branches)));
    }

    @ParameterizedTest
    @MethodSource("groups")
    void randomVectors_areSummedNearlyAsInDouble(GroupSet set) {
        for (long seed = 1; seed <= 5; seed++) {
            float[] x = Vectors.random(set.graph().parameterLength(), seed, 1);
            float[] u = Vectors.random(x.length, 100 + seed, 1e-6f);
            compare(set, x, u, RANDOM);
        }
    }

    @ParameterizedTest
    @MethodSource("groups")
    void manySmallValuesUnderOneLarge_areSummedAsPromised(GroupSet set) {
        float[] x = new float[set.graph().parameterLength()];
        float[] u = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = i % GroupLayout.LONGEST == 0 ? 1 : 2e-4f;
            u[i] = i % 2 == 0 ? x[i] : -x[i];
        }
        compare(set, x, u, ANY);
    }

    private static void compare(GroupSet set, float[] x, float[] u, double tolerance) {
        GroupSums sums = Vectors.sums(set, x, u);
        SliceTable table = set.trainable();
        for (int g = 0; g < set.count(); g++) {
            double xx = 0;
            double uu = 0;
            double xu = 0;
            for (int i = table.start(g); i < table.start(g + 1); i++) {
                for (int r = 0; r < table.runs(i); r++) {
                    int from = table.offset(i) + r * table.stride(i);
                    for (int p = from; p < from + table.length(i); p++) {
                        xx += (double) x[p] * x[p];
                        uu += (double) u[p] * u[p];
                        xu += (double) x[p] * u[p];
                    }
                }
            }
            assertThat(sums.xx(g)).isCloseTo(xx, within(tolerance * xx));
            assertThat(sums.uu(g)).isCloseTo(uu, within(tolerance * uu));
            assertThat(sums.xu(g)).isCloseTo(xu, within(tolerance * Math.sqrt(xx * uu)));
        }
    }
}
