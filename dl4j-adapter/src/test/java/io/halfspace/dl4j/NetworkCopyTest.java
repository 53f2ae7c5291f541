package io.halfspace.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfspace.graph.ErasableSegments;
import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.TraceGraph;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

final class NetworkCopyTest {
    /** In what is left of this network, a convolution comes before its shortcut only by the stored order. */
    @Test
    void copyOfANetworkThatLostOperators_computesTheSame() {
        NativeAcceleration.enable();
        int[] shape = {1, 28, 28};
        ComputationGraph full = BuiltinNetworks.create("super-resnet:width=8,depth=1", shape, 10, 1, new Adam(), 0);
        TraceGraph trace = NetworkTracer.trace(full, NetworkShape.inputType(shape));
        ErasableSegments segments = ErasableSegments.of(trace, GroupPartition.of(trace));
        boolean[] leaving = new boolean[segments.count()];
        for (int s = 0; s < leaving.length; s++) {
            String name = segments.name(s);
            leaving[s] = !name.startsWith("s2b1-shortcut")
                    && !name.startsWith("s3b1-shortcut")
                    && !name.startsWith("s3b1-1-7x7")
                    && !name.startsWith("s3b1-2-5x5");
        }
        ComputationGraph built = SubnetworkBuilder.build(full, trace, segments.without(leaving));
        INDArray probe = Nd4j.rand(4, 1, 28, 28);

        ComputationGraph copy = NetworkCopy.of(built);

        assertThat(copy.topologicalSortOrder()).isEqualTo(built.topologicalSortOrder());
        assertThat(copy.outputSingle(false, probe.dup())).isEqualTo(built.outputSingle(false, probe.dup()));
        assertThat(built.clone().outputSingle(false, probe.dup()))
                .as("Deeplearning4j's own copy, without which this class would not be needed")
                .isNotEqualTo(built.outputSingle(false, probe.dup()));
    }
}
