package io.halfspace.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.NetworkCost;
import io.halfspace.graph.SegmentGraph;
import io.halfspace.graph.Thinning;
import io.halfspace.graph.TraceGraph;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.learning.config.Sgd;

/** What may be erased from the built-in super-networks, and what they cost. */
final class SuperNetworksTest {
    private static final int[] RGB32 = {3, 32, 32};

    @BeforeAll
    static void enable() {
        NativeAcceleration.enable();
    }

    @Test
    void stackedUnets_haveThePublishedSegmentsAndSize() {
        TraceGraph trace = trace("stacked-unets", RGB32);

        assertThat(erasable(trace))
                .containsExactlyInAnyOrder(
                        "maxpool13..resize19",
                        "conv26..resize33",
                        "relu35..bn38",
                        "conv50..resize56",
                        "conv63..resize70",
                        "relu72..bn75");
        NetworkCost cost = new Thinning(trace, GroupPartition.of(trace)).cost();
        assertThat(cost.parameters() / 1e6).isCloseTo(0.78, within(0.005));
        assertThat(cost.flops() / 1e6).isCloseTo(207, within(0.5));
    }

    @Test
    void demoSupNet_losesEitherSideOfItsSum_andEitherConvolutionOfItsStack() {
        TraceGraph trace = trace("demo-supnet", new int[] {1, 28, 28});

        assertThat(erasable(trace))
                .containsExactlyInAnyOrder(
                        "plain-conv..plain-relu", "maximum..pooled-relu", "left-conv..left-bn", "right-conv..right-bn");
        NetworkCost cost = new Thinning(trace, GroupPartition.of(trace)).cost();
        assertThat(cost.parameters() / 1e6).isCloseTo(0.82, within(0.01));
        assertThat(cost.flops() / 1e6).isCloseTo(209, within(7.0));
    }

    @Test
    void superResNet_losesAnyOfItsParallelConvolutions() {
        // Six convolutions a block, and a shortcut in each of the two that narrow.
        assertThat(erasable(trace("super-resnet:width=4,depth=1", RGB32)))
                .hasSize(3 * 6 + 2)
                .contains("s1b1-1-3x3-conv..s1b1-1-3x3-bn", "s3b1-2-7x7-conv..s3b1-2-7x7-bn")
                .contains("s2b1-shortcut-conv..s2b1-shortcut-bn");
        assertThat(erasable(trace("super-resnet:width=4,depth=2", RGB32))).hasSize(6 * 6 + 2);
    }

    @Test
    void darts_losesEveryConvolutionOfEveryEdge() {
        List<String> erasable = erasable(trace("darts:cells=3,width=4,nodes=2", RGB32));

        // Five edges a cell of four convolutions each; where a cell halves the image, the skips of four edges are
        // convolutions too.
        assertThat(erasable).hasSize(3 * 5 * 4 + 2 * 4).doesNotHaveDuplicates();
        assertThat(erasable).contains("c1-n0-e0-sep3-conv..c1-n0-e0-sep3-bn", "c2-n1-e1-skip-conv..c2-n1-e1-skip-bn");
    }

    private static TraceGraph trace(String name, int[] shape) {
        ComputationGraph network = BuiltinNetworks.create(name, shape, 10, 1, new Sgd(0.1), 0);
        return NetworkTracer.trace(network, NetworkShape.inputType(shape));
    }

    private static List<String> erasable(TraceGraph trace) {
        return SegmentGraph.of(trace, GroupPartition.of(trace)).segments().stream()
                .filter(SegmentGraph.Segment::erasable)
                .map(SegmentGraph.Segment::name)
                .toList();
    }
}
