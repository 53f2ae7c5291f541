package io.halfspace.solver;

import java.util.Objects;

/**
 * What a checkpoint keeps of a solver. The arrays are not copied.
 *
 * @param stepsTaken steps taken so far
 * @param saliency redundancy of each group, or empty before the first score
 * @param targeted by group, whether it is chosen to become zero; all false before the choice
 * @param zero by group, whether it is frozen at zero
 * @param chosenNorm norm of each chosen group when it was chosen, else 0
 */
public record SolverState(int stepsTaken, double[] saliency, boolean[] targeted, boolean[] zero, double[] chosenNorm) {
    public SolverState {
        Objects.requireNonNull(saliency, "saliency");
        Objects.requireNonNull(targeted, "targeted");
        Objects.requireNonNull(zero, "zero");
        Objects.requireNonNull(chosenNorm, "chosenNorm");
        if (stepsTaken < 0
                || targeted.length != zero.length
                || chosenNorm.length != zero.length
                || (saliency.length != 0 && saliency.length != zero.length)) {
            throw new IllegalArgumentException(
                    "Invalid solver state: %d steps, %d saliencies, %d targeted and %d zero flags, %d norms"
                            .formatted(stepsTaken, saliency.length, targeted.length, zero.length, chosenNorm.length));
        }
    }
}
