package io.halfspace.solver;

import io.halfspace.graph.TraceGraph;
import java.util.Arrays;

/**
 * Twelve branches side by side, each a dense layer of one rectified unit and a dense layer behind it, summed. The flat
 * vector is that of {@link #graph()}: branch by branch, weights and bias of the first layer, then of the second.
 */
final class BranchedNetwork extends LeastSquares {
    private static final int BRANCHES = 12;
    private static final int BRANCH = IN + 1 + OUT + OUT;

    BranchedNetwork(long seed) {
        super(seed);
    }

    @Override
    TraceGraph graph() {
        return ToyNets.parallel(BRANCHES, IN, 1, OUT);
    }

    @Override
    double loss(float[] x, float[] update, float learningRate) {
        Arrays.fill(update, 0f);
        double loss = 0;
        float[] hidden = new float[BRANCHES];
        for (int e = 0; e < EXAMPLES; e++) {
            float[] given = new float[OUT];
            for (int b = 0; b < BRANCHES; b++) {
                int at = b * BRANCH;
                float sum = x[at + IN];
                for (int i = 0; i < IN; i++) {
                    sum += x[at + i] * inputs[e][i];
                }
                hidden[b] = Math.max(0, sum);
                for (int o = 0; o < OUT; o++) {
                    given[o] += x[at + IN + 1 + o] * hidden[b] + x[at + IN + 1 + OUT + o];
                }
            }
            for (int o = 0; o < OUT; o++) {
                float error = given[o] - wanted[e][o];
                loss += error * error / EXAMPLES;
                float slope = 2 * learningRate * error / EXAMPLES;
                for (int b = 0; b < BRANCHES; b++) {
                    int at = b * BRANCH;
                    update[at + IN + 1 + o] += slope * hidden[b];
                    update[at + IN + 1 + OUT + o] += slope;
                    float back = hidden[b] > 0 ? slope * x[at + IN + 1 + o] : 0;
                    update[at + IN] += back;
                    for (int i = 0; i < IN; i++) {
                        update[at + i] += back * inputs[e][i];
                    }
                }
            }
        }
        return loss;
    }
}
