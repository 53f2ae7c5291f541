package io.halfspace.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TraceGraphTest {
    private static final Vertex INPUT = vertex("in", List.of(), Operation.input(3, 1));

    @Test
    void inputBehindItsReader_isRefused() {
        Vertex late = vertex("late", List.of(1), Operation.joint(3, true, 1));
        assertRefused("its input 1 does not stand before it (own index 1)", INPUT, late);
    }

    @Test
    void unequalChannels_areRefused() {
        assertRefused(
                "input 'in' has 3 channels, expected 4", INPUT, vertex("add", List.of(0), Operation.joint(4, true, 1)));
        assertRefused(
                "its inputs have 6 channels, expected 5",
                INPUT,
                vertex("concat", List.of(0, 0), Operation.concat(5, 1)));
    }

    @Test
    void gatherBeyondTheInput_isRefused() {
        Operation subset =
                Operation.accessory(2, new ChannelMap.Gather(new int[] {0, 3}), true, List.of(), Cost.free(1));
        assertRefused("it reads channel 3 of an input with 3", INPUT, vertex("subset", List.of(0), subset));
    }

    @Test
    void foldThatDoesNotFit_isRefused() {
        Operation beyond =
                Operation.accessory(1, new ChannelMap.Fold(new int[] {0, 0, 1}), true, List.of(), Cost.free(1));
        assertRefused("it folds into channel 1 of its 1", INPUT, vertex("fold", List.of(0), beyond));
        Operation few = Operation.accessory(1, new ChannelMap.Fold(new int[] {0, 0}), true, List.of(), Cost.free(1));
        assertRefused(
                "found 1 inputs with 3 channels and 2 folded channels, expected 1 input of as many",
                INPUT,
                vertex("fold", List.of(0), few));
    }

    @Test
    void slicesOutsideTheFlatVector_areRefused() {
        ChannelSlices slices = ChannelSlices.trainable(5, 3, 3, 3, 1);
        Operation stem = Operation.stem(2, true, List.of(slices), Cost.free(1));
        assertRefused("its parameters reach position 10, the network has 10", INPUT, vertex("d", List.of(0), stem));
    }

    @Test
    void consumerOfAMissingInput_isRefused() {
        ChannelSlices slices = ChannelSlices.consumer(1, 0, 1, 1, 3, 2);
        Operation stem = Operation.stem(2, true, List.of(slices), Cost.free(1));
        assertRefused("it reads input 1 and has 1 inputs", INPUT, vertex("d", List.of(0), stem));
    }

    @Test
    void sameNameTwice_isRefused() {
        assertRefused("the name stands twice", INPUT, INPUT);
    }

    @Test
    void missingOutput_isRefused() {
        assertThatThrownBy(() -> new TraceGraph(List.of(INPUT), List.of(1), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot trace the network: output 1 is not one of its 1 vertices");
    }

    @Test
    void zeroGroups_areReadOffTheParameters() {
        GraphBuilder net = new GraphBuilder();
        int a = net.dense("a", net.input("in", 2), 3);
        TraceGraph graph = net.build(net.dense("out", a, 1));
        GroupPartition groups = GroupPartition.of(graph);
        float[] parameters = new float[graph.parameterLength()];
        Arrays.fill(parameters, 1f);
        groups.trainable().clear(1, parameters);

        assertThat(ZeroGroups.in(groups, parameters)).containsExactly(false, true, false);
        assertThat(parameters).containsExactly(1, 1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 1, 1);
    }

    private static Vertex vertex(String name, List<Integer> inputs, Operation operation) {
        return new Vertex(name, name, "Type", inputs, operation);
    }

    private static void assertRefused(String reason, Vertex... vertices) {
        assertThatThrownBy(() -> new TraceGraph(List.of(vertices), List.of(0), 10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot trace vertex '%s': ".formatted(vertices[vertices.length - 1].name()))
                .hasMessageEndingWith(reason);
    }
}
