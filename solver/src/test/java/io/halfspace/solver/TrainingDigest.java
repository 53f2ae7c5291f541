package io.halfspace.solver;

import io.halfspace.graph.GroupSet;
import java.util.Arrays;

/** What all solvers make of the same updates, in a number each; printed after what they compute with. */
final class TrainingDigest {
    private static final float RATE = 0.05f;

    private TrainingDigest() {}

    public static void main(String[] arguments) {
        System.out.println(Lanes.fastest().getClass().getSimpleName());
        System.out.println(ofAllSolvers());
    }

    static String ofAllSolvers() {
        StringBuilder digest = new StringBuilder();
        for (AnySolver kind : AnySolver.values()) {
            digest.append(' ').append(kind).append(' ').append(of(kind));
        }
        return digest.toString();
    }

    private static int of(AnySolver kind) {
        GroupSet groups = kind.large();
        Schedule run = Schedule.forRun(20);
        Solver solver = kind.make(groups, new Target.GroupCount(groups.count() - 2), run, new Parts(2));
        float[] x = Vectors.random(groups.graph().parameterLength(), 1, 1);
        float[] u = Vectors.random(x.length, 2, 0.1f);
        int digest = 0;
        for (int t = 0; t < run.totalSteps(); t++) {
            digest = 31 * digest + solver.step(x, u, RATE).toString().hashCode();
            digest = 31 * digest + Arrays.hashCode(x);
        }
        return digest;
    }
}
