package io.halfspace.solver;

import java.util.Arrays;

/**
 * What each group does in a step: decided first, then applied to its runs and single values, which different threads may
 * do for different groups and runs at the same time.
 */
final class GroupStep {
    private enum Kind {
        PLAIN,
        PULLED,
        SHRUNK,
        CLEARED
    }

    private final GroupLayout layout;
    private final Kind[] kind;
    private final float[] pull;

    GroupStep(GroupLayout layout) {
        this.layout = layout;
        kind = new Kind[layout.groups()];
        pull = new float[layout.groups()];
    }

    /** {@code x - u}. */
    void plain(int group) {
        kind[group] = Kind.PLAIN;
    }

    /** {@code x - u - pull x}. */
    void pulled(int group, float pull) {
        kind[group] = Kind.PULLED;
        this.pull[group] = pull;
    }

    /** {@code x - pull x}: takes no update. */
    void shrunk(int group, float pull) {
        kind[group] = Kind.SHRUNK;
        this.pull[group] = pull;
    }

    /** Exact zero. */
    void cleared(int group) {
        kind[group] = Kind.CLEARED;
    }

    /**
     * Applies what was decided to all runs of a group. Modifies {@code x}.
     *
     * @param lanes of the calling thread
     */
    void applyToRuns(int group, float[] x, float[] u, Lanes lanes) {
        for (int i = layout.startOf(group); i < layout.startOf(group + 1); i++) {
            applyToRun(layout.runOf(i), x, u, lanes);
        }
    }

    /** Applies what was decided to one run, else as {@link #applyToRuns}. */
    void applyToRun(int run, float[] x, float[] u, Lanes lanes) {
        int group = layout.group(run);
        int from = layout.from(run);
        int to = layout.to(run);
        switch (kind[group]) {
            case PLAIN -> plain(x, u, from, to);
            case CLEARED -> Arrays.fill(x, from, to, 0f);
            case PULLED -> lanes.pull(x, u, from, to, pull[group]);
            case SHRUNK -> shrunk(x, from, to, pull[group]);
        }
    }

    /** Applies what was decided to the single values of a group. Modifies {@code x}. */
    void applyToSingles(int group, float[] x, float[] u) {
        Kind decided = kind[group];
        float pull = this.pull[group];
        for (int i = layout.startOfSingle(group); i < layout.startOfSingle(group + 1); i++) {
            int p = layout.single(i);
            switch (decided) {
                case PLAIN -> x[p] -= u[p];
                case CLEARED -> x[p] = 0f;
                case PULLED -> x[p] = Math.fma(-pull, x[p], x[p] - u[p]);
                case SHRUNK -> x[p] -= pull * x[p];
            }
        }
    }

    /** {@code x - u} at positions {@code from} (inclusive) to {@code to} (exclusive). Modifies {@code x}. */
    static void plain(float[] x, float[] u, int from, int to) {
        for (int i = from; i < to; i++) {
            x[i] -= u[i];
        }
    }

    private static void shrunk(float[] x, int from, int to, float pull) {
        for (int i = from; i < to; i++) {
            x[i] -= pull * x[i];
        }
    }
}
