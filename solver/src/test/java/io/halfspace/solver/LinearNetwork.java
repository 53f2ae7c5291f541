package io.halfspace.solver;

import io.halfspace.graph.TraceGraph;
import java.util.Arrays;
import java.util.Random;

/**
 * Least squares with two dense layers and a rectifier between them, gradients by hand: in 4, hidden 12, out 2. The flat
 * vector is that of {@link ToyNets#chain} without normalisation.
 */
final class LinearNetwork {
    static final int IN = 4;
    static final int HIDDEN = 12;
    static final int OUT = 2;
    private static final int SECOND = IN * HIDDEN + HIDDEN;
    private static final int EXAMPLES = 64;

    private final float[][] inputs = new float[EXAMPLES][IN];
    private final float[][] wanted = new float[EXAMPLES][OUT];

    LinearNetwork(long seed) {
        Random random = new Random(seed);
        for (int e = 0; e < EXAMPLES; e++) {
            for (int i = 0; i < IN; i++) {
                inputs[e][i] = (float) random.nextGaussian();
            }
            wanted[e][0] = inputs[e][0] - 0.5f * inputs[e][1];
            wanted[e][1] = Math.max(0, inputs[e][2]) + 0.3f;
        }
    }

    static TraceGraph graph() {
        return ToyNets.chain(false, IN, HIDDEN, OUT);
    }

    static float[] start(long seed) {
        Random random = new Random(seed);
        float[] x = new float[graph().parameterLength()];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (0.5 * random.nextGaussian());
        }
        return x;
    }

    /** Mean squared error over all examples; writes its gradient times the learning rate into {@code update}. */
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
