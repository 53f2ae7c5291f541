package io.halfspace.spark;

import io.halfspace.dl4j.Evaluation;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Hands a trainee on from one stage to the next, and has it judged while it is still dense. */
final class DenseJudge implements UnaryOperator<Trainee> {
    private final Function<Trainee, Evaluation> judge;
    private Evaluation evaluation = Evaluation.NONE;

    DenseJudge(Function<Trainee, Evaluation> judge) {
        this.judge = judge;
    }

    /** A judge of something that is never judged. */
    static DenseJudge none() {
        return new DenseJudge(trainee -> Evaluation.NONE);
    }

    /** Takes over a judgement from before the run was interrupted; {@link Evaluation#NONE} if there was none. */
    void restore(Evaluation before) {
        evaluation = before;
    }

    @Override
    public Trainee apply(Trainee trainee) {
        if (evaluation.rows() == 0) {
            evaluation = judge.apply(trainee);
        }
        return trainee;
    }

    /** How well the dense network did; {@link Evaluation#NONE} before it was judged. */
    Evaluation evaluation() {
        return evaluation;
    }
}
