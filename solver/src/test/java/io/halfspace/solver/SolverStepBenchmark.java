package io.halfspace.solver;

import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.TraceGraph;
import java.util.Arrays;
import java.util.Random;

/**
 * Time of a solver step in each phase against a plain {@code x -= u} over the same vectors, medians.
 *
 * <p>{@code java -cp solver/target/classes:solver/target/test-classes:graph-analysis/target/classes
 * io.halfspace.solver.SolverStepBenchmark}
 */
final class SolverStepBenchmark {
    private static final int STEPS = 60;
    private static final double RATE = 1e-3;

    private SolverStepBenchmark() {}

    public static void main(String[] arguments) {
        for (int repetition = 0; repetition < 3; repetition++) {
            measure(ToyNets.chain(true, 64, 350, 350, 350, 10));
            measure(ToyNets.chain(true, 256, 2300, 2300, 2200, 10));
        }
    }

    private static void measure(TraceGraph graph) {
        float[] x = random(graph.parameterLength(), 0.1f);
        float[] u = random(graph.parameterLength(), 1e-6f);
        double[] plain = new double[STEPS];
        for (int t = 0; t < STEPS; t++) {
            long start = System.nanoTime();
            GroupStep.plain(x, u, 0, x.length);
            plain[t] = System.nanoTime() - start;
        }
        double unit = median(plain, STEPS);
        System.out.printf("%,d parameters, plain step %.3f ms%n", graph.parameterLength(), unit / 1e6);
        // Projection is kept off until closing, so that all chosen groups are penalised: the dearest step.
        Schedule schedule = new Schedule(5 * STEPS, 2 * STEPS, STEPS, 3 * STEPS, 3 * STEPS, 4 * STEPS);
        GroupPartition groups = GroupPartition.of(graph);
        run(graph, groups, schedule, Parts.forLength(graph.parameterLength()), x.clone(), u, unit);
        run(graph, groups, schedule, new Parts(1), x, u, unit);
    }

    private static void run(
            TraceGraph graph,
            GroupPartition groups,
            Schedule schedule,
            Parts parts,
            float[] x,
            float[] u,
            double unit) {
        Dhspg solver = new Dhspg(groups, new Target.Groups(0.5), DhspgSettings.forSgd(), schedule, parts);
        System.out.printf("  %d parts:", parts.count());
        for (String phase : new String[] {"warm-up", "scoring", "penalised", "closing", "frozen"}) {
            double[] times = new double[STEPS];
            for (int t = 0; t < STEPS; t++) {
                long start = System.nanoTime();
                solver.step(x, u, RATE);
                times[t] = System.nanoTime() - start;
            }
            // The choice of groups falls into the last step of the warm-up and is no part of a median.
            System.out.printf("  %s %.2f", phase, median(times, STEPS) / unit);
        }
        System.out.println();
    }

    private static double median(double[] values, int count) {
        double[] sorted = Arrays.copyOf(values, count);
        Arrays.sort(sorted);
        return sorted[count / 2];
    }

    private static float[] random(int length, float scale) {
        Random random = new Random(1);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian() * scale;
        }
        return values;
    }
}
