package io.halfspace.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing in the analysis recurses along the network: ten thousand layers need no more stack than ten. */
final class DeepNetworkTest {
    /** Too small for a hundredth of the depth, if anything did. */
    private static final long STACK = 160 << 10;

    @ParameterizedTest
    @ValueSource(strings = {"chain", "residual", "blocks"})
    void tenThousandLayers_areAnalysedOnASmallStack(String kind) throws InterruptedException {
        TraceGraph graph = switch (kind) {
            case "chain" -> LargeGraphs.chain(10_000, 2);
            case "residual" -> LargeGraphs.residual(10_000, 2);
            default -> LargeGraphs.blocks(10_000, 2);
        };
        onSmallStack(() -> {
            GroupPartition groups = GroupPartition.of(graph);
            SegmentGraph segments = SegmentGraph.of(graph, groups);
            CostTable costs = CostTable.of(graph, groups);
            segments.segments().stream().filter(SegmentGraph.Segment::erasable).forEach(costs::segmentSaving);
            assertThat(LayerAnswer.of(graph, groups, segments, costs)).hasSize(graph.size() - 1);
            Thinning thinning = new Thinning(graph, groups);
            boolean[] leaving = new boolean[groups.count()];
            for (int group = 0; group < groups.count(); group++) {
                if (thinning.canRemove(group)) {
                    thinning.remove(group);
                    leaving[group] = true;
                }
            }
            assertThat(groups.without(leaving).length()).isEqualTo((int)
                    (thinning.cost().parameters() + thinning.cost().statistics()));
            return FreeBranches.of(graph);
        });
    }

    private static void onSmallStack(Supplier<Object> work) throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread thread = new Thread(null, work::get, "small stack", STACK);
        thread.setUncaughtExceptionHandler((failed, cause) -> failure.set(cause));
        thread.start();
        thread.join();
        assertThat(failure.get()).isNull();
    }
}
