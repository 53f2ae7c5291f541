package io.halfspace.solver;

import io.halfspace.graph.GroupSet;

/**
 * Dual half-space projected gradient: trains all parameters while it drives the chosen groups to exact zero.
 *
 * <p>Warm-up steps are the base optimiser's. After the last one the most redundant groups that meet the target are
 * chosen, and from then on pulled across their half-space ({@link HalfSpaceSolver}). All other positions, running statistics
 * included, take the plain step throughout; those of zero groups are not touched again.
 *
 * <p>Source: OTOv2 (arXiv 2303.06862) Algorithm 2, OTOv3 (arXiv 2312.09411) section 3. Deviations: redundancy is smoothed
 * ({@link Saliency}), the penalty never falls below its bound ({@link Penalty}), the closing phase (the shrinking of
 * HESSO, arXiv 2409.09085, see {@link Hesso}) makes the target exact at a known step, which the paper leaves to luck, and
 * lambda follows the size of the group ({@link HalfSpaceSolver}).
 *
 * <p>Cost: one pass over both vectors; a chosen group is read a second time while it is in the cache.
 */
public final class Dhspg extends HalfSpaceSolver {
    /**
     * A solver before its first step.
     *
     * @throws UnreachableTargetException if the target cannot be met
     * @throws IllegalArgumentException if two groups share a position of the flat vector
     */
    public Dhspg(GroupSet groups, Target target, DhspgSettings settings, Schedule schedule) {
        this(groups, target, settings, schedule, Parts.forLength(groups.graph().parameterLength()));
    }

    Dhspg(GroupSet groups, Target target, DhspgSettings settings, Schedule schedule, Parts parts) {
        super(groups, target, settings, schedule, parts);
    }
}
