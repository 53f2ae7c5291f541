package io.halfspace.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.L2Regularization;

class UpdaterOverrideTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"convolution chain", "embedding of words", "both directions of lstm CONCAT", "dense at each step"
            })
    void everyParameter_getsTheUpdater(String topology) {
        ComputationGraph network = Topologies.named(topology).network(DataType.FLOAT);
        ComputationGraph copy = UpdaterOverride.apply(
                network, new Sgd(0.3), List.of(new L2Regularization(0.01)), GradientNormalization.None, 0);
        assertThat(copy.params()).isEqualTo(network.params());
        for (Layer layer : copy.getLayers()) {
            for (String parameter : layer.paramTable(false).keySet()) {
                assertThat(layer.getConfig().getUpdaterByParam(parameter))
                        .as(parameter)
                        .isEqualTo(new Sgd(0.3));
            }
        }
    }
}
