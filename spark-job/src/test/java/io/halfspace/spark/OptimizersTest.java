package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfspace.dl4j.BaseOptimizer;
import io.halfspace.dl4j.BuiltinNetworks;
import java.util.Optional;
import java.util.OptionalDouble;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.NoOp;

/** What a job file's training keys make of a network. */
final class OptimizersTest {
    private static final int STEPS = 400;
    private static final double RATE = 0.1;

    @ParameterizedTest
    @EnumSource(TrainingConfig.OptimizerName.class)
    void everyOptimizer_fallsLinearly_andLeavesRunningStatisticsAlone(TrainingConfig.OptimizerName name) {
        ComputationGraph network = prepared(name, TrainingConfig.ScheduleName.LINEAR);
        BaseOptimizer optimizer = new BaseOptimizer(network.clone());

        for (int step = 0; step < STEPS; step++) {
            assertThat(optimizer.learningRate(step, 0))
                    .isBetween(RATE * (1 - (double) step / STEPS) - 1e-9, RATE * (1.05 - (double) step / STEPS) + 1e-9);
        }
        assertThat(optimizer.learningRate(0, 0)).isEqualTo(RATE);
        assertThat(BaseOptimizer.isAdaptive(network))
                .isEqualTo(name != TrainingConfig.OptimizerName.SGD && name != TrainingConfig.OptimizerName.MOMENTUM);
        for (var layer : network.getLayers()) {
            if (layer.paramTable(false).containsKey("mean")) {
                assertThat(layer.getConfig().getUpdaterByParam("mean")).isEqualTo(new NoOp());
                assertThat(layer.getConfig().getRegularizationByParam("var")).isNullOrEmpty();
            }
        }
    }

    @Test
    void schedules_areConstant_orFallToATenthTwice() {
        BaseOptimizer constant =
                new BaseOptimizer(prepared(TrainingConfig.OptimizerName.ADAM, TrainingConfig.ScheduleName.CONSTANT));
        BaseOptimizer step =
                new BaseOptimizer(prepared(TrainingConfig.OptimizerName.ADAM, TrainingConfig.ScheduleName.STEP));

        assertThat(constant.learningRate(STEPS - 1, 0)).isEqualTo(RATE);
        assertThat(step.learningRate(STEPS / 2 - 1, 0)).isEqualTo(RATE);
        assertThat(step.learningRate(STEPS / 2, 0)).isEqualTo(RATE / 10);
        assertThat(step.learningRate(STEPS * 3 / 4, 0)).isEqualTo(RATE / 100);
    }

    @Test
    void clippingAndDecay_reachEveryLayer() {
        ComputationGraph network = prepared(TrainingConfig.OptimizerName.ADAMW, TrainingConfig.ScheduleName.CONSTANT);

        for (var layer : network.getLayers()) {
            if (layer.conf().getLayer() instanceof BaseLayer base) {
                assertThat(base.getGradientNormalization()).isEqualTo(GradientNormalization.ClipL2PerLayer);
                assertThat(base.getGradientNormalizationThreshold()).isEqualTo(2.5);
                assertThat(base.getRegularization()).hasSize(2);
            }
        }
    }

    private static ComputationGraph prepared(TrainingConfig.OptimizerName name, TrainingConfig.ScheduleName schedule) {
        TrainingConfig config = new TrainingConfig(
                10,
                64,
                Optional.of(name),
                RATE,
                schedule,
                0.9,
                1e-4,
                1e-5,
                OptionalDouble.empty(),
                OptionalDouble.of(2.5),
                0,
                false,
                1);
        ComputationGraph network = BuiltinNetworks.create("digits", new int[] {1, 8, 8}, 10, 1, new Adam(), 0);
        return Optimizers.prepare(network, config, true, STEPS);
    }
}
