package io.halfspace.spark;

import io.halfspace.dl4j.Evaluation;
import io.halfspace.solver.Phase;
import io.halfspace.solver.Solver;
import io.halfspace.solver.SolverStep;
import io.halfspace.solver.StepReport;
import java.util.function.Function;

/** Hands steps on to a solver, and has the still dense network judged once, before the first step that prunes. */
final class BeforePruning implements SolverStep {
    private final Solver solver;
    private final Function<float[], Evaluation> judge;
    private Evaluation dense = Evaluation.NONE;
    private boolean judged;

    BeforePruning(Solver solver, Function<float[], Evaluation> judge) {
        this.solver = solver;
        this.judge = judge;
    }

    @Override
    public StepReport step(float[] parameters, float[] update, double learningRate) {
        if (!judged && solver.phase() != Phase.WARM_UP) {
            judged = true;
            dense = judge.apply(parameters);
        }
        return solver.step(parameters, update, learningRate);
    }

    /** How well the dense network did; {@link Evaluation#NONE} before it was judged. */
    Evaluation dense() {
        return dense;
    }
}
