package io.halfspace.solver;

import io.halfspace.graph.TraceGraph;
import java.util.Arrays;

/**
 * Two dense layers and a rectifier between them: in 4, hidden 12, out 2. The flat vector is that of {@link ToyNets#chain}
 * without normalisation.
 */
final class LinearNetwork extends LeastSquares {
    private static final int HIDDEN = 12;
    private static final int SECOND = IN * HIDDEN + HIDDEN;

    LinearNetwork(long seed) {
        super(seed);
    }

    @Override
    TraceGraph graph() {
        return ToyNets.chain(false, IN, HIDDEN, OUT);
    }

    @Override
    double loss(float[] x, float[] update, float learningRate) {
        Arrays.fill(update, 0f);
        double loss = 0;
        float[] hidden = new float[HIDDEN];
        for (int e = 0; e < EXAMPLES; e++) {
            for (int h = 0; h < HIDDEN; h++) {
                float sum = x[IN * HIDDEN + h];
                for (int i = 0; i < IN; i++) {
                    sum += x[h * IN + i] * inputs[e][i];
                }
                hidden[h] = Math.max(0, sum);
            }
            float[] back = new float[HIDDEN];
            for (int o = 0; o < OUT; o++) {
                float sum = x[SECOND + HIDDEN * OUT + o];
                for (int h = 0; h < HIDDEN; h++) {
                    sum += x[SECOND + o * HIDDEN + h] * hidden[h];
                }
                float error = sum - wanted[e][o];
                loss += error * error / EXAMPLES;
                float slope = 2 * learningRate * error / EXAMPLES;
                update[SECOND + HIDDEN * OUT + o] += slope;
                for (int h = 0; h < HIDDEN; h++) {
                    update[SECOND + o * HIDDEN + h] += slope * hidden[h];
                    back[h] += slope * x[SECOND + o * HIDDEN + h];
                }
            }
            for (int h = 0; h < HIDDEN; h++) {
                if (hidden[h] > 0) {
                    update[IN * HIDDEN + h] += back[h];
                    for (int i = 0; i < IN; i++) {
                        update[h * IN + i] += back[h] * inputs[e][i];
                    }
                }
            }
        }
        return loss;
    }
}
