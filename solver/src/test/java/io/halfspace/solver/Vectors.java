package io.halfspace.solver;

import io.halfspace.graph.GroupSet;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;

/** Parameters and updates of a network, and what lies where in them. */
final class Vectors {
    private Vectors() {}

    static float[] random(int length, long seed, float scale) {
        Random random = new Random(seed);
        float[] values = new float[length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian() * scale;
        }
        return values;
    }

    /** Trainable positions of the given groups. */
    static BitSet positions(GroupSet groups, boolean[] chosen, int length) {
        float[] marks = new float[length];
        Arrays.fill(marks, 1f);
        for (int g = 0; g < chosen.length; g++) {
            if (chosen[g]) {
                groups.trainable().clear(g, marks);
            }
        }
        BitSet positions = new BitSet();
        for (int i = 0; i < marks.length; i++) {
            positions.set(i, marks[i] == 0f);
        }
        return positions;
    }

    /** All sums of all groups. */
    static GroupSums sums(GroupSet groups, float[] x, float[] u) {
        GroupLayout layout = new GroupLayout(groups);
        GroupSums sums = new GroupSums(layout);
        Lanes lanes = Lanes.fastest();
        for (int r = 0; r < layout.runs(); r++) {
            sums.sumRun(r, x, u, false, lanes);
        }
        for (int g = 0; g < layout.groups(); g++) {
            sums.sumSingles(g, x, u);
            sums.gather(g);
        }
        return sums;
    }

    static int count(boolean[] flags) {
        int count = 0;
        for (boolean flag : flags) {
            count += flag ? 1 : 0;
        }
        return count;
    }
}
