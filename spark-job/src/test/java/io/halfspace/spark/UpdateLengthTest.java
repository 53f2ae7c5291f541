package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfspace.dl4j.BuiltinNetworks;
import io.halfspace.dl4j.FlatParameters;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.learning.config.Sgd;

final class UpdateLengthTest {
    private static final int[] SHAPE = {3, 8, 8};

    private final ComputationGraph graph = BuiltinNetworks.create("branches", SHAPE, 10, 1, new Sgd(), 0);
    private final Trainee trainee = Trainee.of(Network.analyse(graph, SHAPE));

    @Test
    void anUpdateThousandTimesAsLongAsTheParameters_isTheLongest() {
        float[] update = trainable(trainee.parameters());

        assertThat(UpdateLength.fault(times(update, 999), trainee)).isEmpty();
        assertThat(UpdateLength.fault(times(update, -1001), trainee))
                .contains("the update is 1.0e+03 times as long as the parameters");
        assertThat(UpdateLength.fault(times(update, 1e25), trainee))
                .contains("the update is 1.0e+25 times as long as the parameters");
    }

    @Test
    void oneValueThatIsNotFinite_isFound() {
        for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            for (int at : new int[] {0, 1, 2, 3, trainee.parameters().length - 1}) {
                float[] update = new float[trainee.parameters().length];
                update[at] = value;
                assertThat(UpdateLength.fault(update, trainee)).contains("the update is not finite");
            }
        }
    }

    @Test
    void runningStatisticsMayMoveFar() {
        float[] update = new float[trainee.parameters().length];
        assertThat(FlatParameters.statistics(graph)).isNotEmpty();
        for (FlatParameters.Range range : FlatParameters.statistics(graph)) {
            java.util.Arrays.fill(update, range.from(), range.to(), -1e12f);
        }

        assertThat(UpdateLength.fault(update, trainee)).isEmpty();
    }

    private float[] trainable(float[] values) {
        float[] copy = values.clone();
        for (FlatParameters.Range range : FlatParameters.statistics(graph)) {
            java.util.Arrays.fill(copy, range.from(), range.to(), 0);
        }
        return copy;
    }

    private static float[] times(float[] values, double factor) {
        float[] product = new float[values.length];
        for (int i = 0; i < product.length; i++) {
            product[i] = (float) (values[i] * factor);
        }
        return product;
    }
}
