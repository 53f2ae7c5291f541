package io.halfspace.solver;

import io.halfspace.graph.ErasableSegments;

/**
 * Hierarchical half-space projected gradient: trains all parameters while it drives whole operators to exact zero, so that
 * the network without them is valid.
 *
 * <p>Warm-up steps are the base optimiser's. After the last one erasable segments are chosen by redundancy, largest first
 * (of equal ones that with more multiplications), each tentatively taken out of the network that the ones before it left, and
 * accepted only if that stays valid; one that was refused is tried again once what needed it has become dead code. {@link
 * #passedOver()} names those that stay. From then on the chosen ones are pulled across their half-space as in {@link Dhspg},
 * and all else takes the plain step.
 *
 * <p>Source: OTOv3 (arXiv 2312.09411) section 3.3, Algorithm 4; no code of it was published. Deviations: those of {@link
 * Dhspg}; redundancy does not count the number of values ({@link ErasableSegments#measure}); validity asks more ({@link
 * io.halfspace.graph.ErasableSegments#fault}); a target that some other choice can meet is met even if the ranking alone
 * leads into a dead end ({@link Target#choose}), while one that none was found for is refused before the first step; and a
 * target in parameters or flops is met without going far beyond it where that is possible.
 *
 * <p>Cost: that of {@link Dhspg}; the choice takes time in proportion to segments times vertices.
 */
public final class H2spg extends HalfSpaceSolver {
    /**
     * A solver before its first step.
     *
     * @throws UnreachableTargetException if there is no erasable segment or the target cannot be met, with how many can leave
     */
    public H2spg(ErasableSegments segments, Target target, DhspgSettings settings, Schedule schedule) {
        this(
                segments,
                target,
                settings,
                schedule,
                Parts.forLength(segments.graph().parameterLength()));
    }

    H2spg(ErasableSegments segments, Target target, DhspgSettings settings, Schedule schedule, Parts parts) {
        super(segments, target, settings, schedule, parts);
    }
}
