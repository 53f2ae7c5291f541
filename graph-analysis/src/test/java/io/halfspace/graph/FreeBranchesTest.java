package io.halfspace.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class FreeBranchesTest {
    @Test
    void stackedUnets_haveTheirSixSkips() {
        assertThat(names(StackedUnets.graph()))
                .containsExactly("12 -> 20", "9 -> 25", "3 -> 34", "49 -> 57", "44 -> 62", "41 -> 71");
    }

    @Test
    void poolingChainsAndRawInputs_areBranches() {
        GraphBuilder net = new GraphBuilder();
        int in = net.input("in", 3);
        int alone = net.input("alone", 3);
        int conv = net.conv("conv", in, 3, 1, 1);
        int pool = net.activation("relu", net.activation("pool", in, true), true);
        int add = net.sum("add", conv, pool, net.activation("scaled", alone, true), in);
        assertThat(names(net.build(net.dense("out", add, 2))))
                .containsExactly("in pool relu -> add", "alone scaled -> add", "in -> add");
    }

    @Test
    void chainsWithParametersOrStatistics_andJointsIntoJoints_areNone() {
        GraphBuilder net = new GraphBuilder();
        int stem = net.conv("stem", net.input("in", 3), 3, 1, 1);
        int inner = net.sum("inner", net.conv("a", stem, 3, 1, 1), net.batchNorm("bn", stem));
        int outer = net.sum("outer", inner, net.activation("relu", net.conv("b", stem, 3, 1, 1), true));
        assertThat(names(net.build(net.dense("out", outer, 2)))).isEmpty();
    }

    @Test
    void outputOnTheWay_isWhereTheBranchBegins() {
        GraphBuilder net = new GraphBuilder();
        int stem = net.conv("stem", net.input("in", 3), 3, 1, 1);
        int told = net.activation("told", stem, true);
        int add = net.sum("add", told, net.conv("a", stem, 3, 1, 1));
        assertThat(names(net.build(told, net.dense("out", add, 2)))).containsExactly("told -> add");
    }

    private static List<String> names(TraceGraph graph) {
        return FreeBranches.of(graph).stream()
                .map(branch -> graph.vertex(branch.source()).name()
                        + branch.vertices().stream()
                                .map(v -> " " + graph.vertex(v).name())
                                .collect(Collectors.joining())
                        + " -> " + graph.vertex(branch.joint()).name())
                .toList();
    }
}
