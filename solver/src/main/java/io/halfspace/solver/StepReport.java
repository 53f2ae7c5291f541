package io.halfspace.solver;

/**
 * What one step did.
 *
 * @param step number of the step, from 0
 * @param phase what kind of step it was
 * @param zeroGroups groups frozen at zero after the step
 * @param targetedGroups groups chosen to become zero, those that are zero already included; 0 during warm-up
 * @param projections groups that this step made zero
 * @param lambdaMin smallest penalty used in this step, 0 if no group was penalised
 * @param lambdaMax largest penalty used in this step, 0 if no group was penalised
 * @param minCosine smallest of the cosines of which {@code meanCosine} is the mean; 0 if there are none
 * @param meanCosine mean over the groups that were penalised in this step of the cosine between the way to zero and the
 *     update: near 1 the base optimiser itself takes them there, below 0 it pulls away; 0 if no group was penalised
 * @param maxCosine largest of them; 0 if there are none
 */
public record StepReport(
        int step,
        Phase phase,
        int zeroGroups,
        int targetedGroups,
        int projections,
        double lambdaMin,
        double lambdaMax,
        double minCosine,
        double meanCosine,
        double maxCosine) {}
