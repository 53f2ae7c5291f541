package io.halfspace.solver;

import java.util.Arrays;

/** Four lanes at a time: more would not fit the registers, fewer would wait for each other. For any JVM. */
final class ScalarLanes extends Lanes {
    @Override
    boolean isFast() {
        return true;
    }

    @Override
    void sumRows(float[] x, float[] u, int from, int to, boolean step, float[] folded) {
        Arrays.fill(folded, 0);
        for (int half = from; half < from + LANES; half += ROW) {
            for (int lane = 0; lane < FOLDED; lane += 2) {
                sumLanes(x, u, half + lane, to, folded, lane);
            }
        }
        if (step) {
            GroupStep.plain(x, u, from, to);
        }
    }

    @Override
    void pull(float[] x, float[] u, int from, int to, float pull) {
        for (int i = from; i < to; i++) {
            x[i] = Math.fma(-pull, x[i], x[i] - u[i]);
        }
    }

    /** Sums the lanes of {@code x[from]}, of the value after it, and those {@link #FOLDED} values later. */
    private static void sumLanes(float[] x, float[] u, int from, int to, float[] folded, int lane) {
        float xx0 = 0;
        float xx1 = 0;
        float xx8 = 0;
        float xx9 = 0;
        float uu0 = 0;
        float uu1 = 0;
        float uu8 = 0;
        float uu9 = 0;
        float xu0 = 0;
        float xu1 = 0;
        float xu8 = 0;
        float xu9 = 0;
        for (int i = from; i < to; i += LANES) {
            float x0 = x[i];
            float x1 = x[i + 1];
            float x8 = x[i + FOLDED];
            float x9 = x[i + FOLDED + 1];
            float u0 = u[i];
            float u1 = u[i + 1];
            float u8 = u[i + FOLDED];
            float u9 = u[i + FOLDED + 1];
            xx0 = Math.fma(x0, x0, xx0);
            xx1 = Math.fma(x1, x1, xx1);
            xx8 = Math.fma(x8, x8, xx8);
            xx9 = Math.fma(x9, x9, xx9);
            uu0 = Math.fma(u0, u0, uu0);
            uu1 = Math.fma(u1, u1, uu1);
            uu8 = Math.fma(u8, u8, uu8);
            uu9 = Math.fma(u9, u9, uu9);
            xu0 = Math.fma(x0, u0, xu0);
            xu1 = Math.fma(x1, u1, xu1);
            xu8 = Math.fma(x8, u8, xu8);
            xu9 = Math.fma(x9, u9, xu9);
        }
        folded[lane] += xx0 + xx8;
        folded[lane + 1] += xx1 + xx9;
        folded[FOLDED + lane] += uu0 + uu8;
        folded[FOLDED + lane + 1] += uu1 + uu9;
        folded[2 * FOLDED + lane] += xu0 + xu8;
        folded[2 * FOLDED + lane + 1] += xu1 + xu9;
    }
}
