package io.halfspace.solver;

import io.halfspace.graph.TraceGraph;
import java.util.Random;

/** A small regression with gradients by hand: 64 examples, 4 numbers in, 2 out. */
abstract class LeastSquares {
    static final int IN = 4;
    static final int OUT = 2;
    static final int EXAMPLES = 64;

    final float[][] inputs = new float[EXAMPLES][IN];
    final float[][] wanted = new float[EXAMPLES][OUT];

    LeastSquares(long seed) {
        Random random = new Random(seed);
        for (int e = 0; e < EXAMPLES; e++) {
            for (int i = 0; i < IN; i++) {
                inputs[e][i] = (float) random.nextGaussian();
            }
            wanted[e][0] = inputs[e][0] - 0.5f * inputs[e][1];
            wanted[e][1] = Math.max(0, inputs[e][2]) + 0.3f;
        }
    }

    abstract TraceGraph graph();

    /** Mean squared error over all examples; writes its gradient times the learning rate into {@code update}. */
    abstract double loss(float[] x, float[] update, float learningRate);

    final float[] start(long seed) {
        return Vectors.random(graph().parameterLength(), seed, 0.5f);
    }
}
