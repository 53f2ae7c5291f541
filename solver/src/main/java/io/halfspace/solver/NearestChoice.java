package io.halfspace.solver;

import io.halfspace.graph.GroupSet;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Groups that meet a target in parameters or flops and take hardly more than it asks for.
 *
 * <p>The walk through the ranking stops at the first group that meets the target, and where groups are whole operators that
 * one may take half of the network along as dead code, far more than was still to go. Then it stays: the walk begins anew
 * without it, until a walk ends near the target or none meets it any more. If none ended near, the nearest is taken, and what
 * it does not need comes back, least redundant first. The result never takes more than the first walk.
 *
 * <p>Source: ours; OTOv3 (arXiv 2312.09411) asks for numbers of segments only.
 *
 * <p>Cost: at most {@value #WALKS} walks, and as many again to see which of the least redundant groups come back; none where
 * the first walk ends near, as with channels it does unless hardly any may stay.
 */
final class NearestChoice {
    /** Near is what leaves less than this share of the allowed unused. */
    private static final double NEAR = 0.1;

    private static final int WALKS = 64;

    private final int[] ranking;
    private final GroupSet groups;
    private final Target target;

    NearestChoice(int[] ranking, GroupSet groups, Target target) {
        this.ranking = ranking;
        this.groups = groups;
        this.target = target;
    }

    /** The choice, given where the walk along the whole ranking ended. */
    Feasible from(Feasible first) {
        Feasible nearest = first;
        Feasible last = first;
        Set<Integer> staying = new HashSet<>();
        for (int walk = 0; walk < WALKS && !isNear(nearest); walk++) {
            staying.add(last.order()[last.groups() - 1]);
            Optional<Feasible> without = along(IntStream.of(ranking).filter(g -> !staying.contains(g)));
            if (without.isEmpty()) {
                break;
            }
            last = without.get();
            nearest = unused(last) < unused(nearest) ? last : nearest;
        }
        return isNear(nearest) ? nearest : trimmed(nearest);
    }

    private Feasible trimmed(Feasible choice) {
        Feasible trimmed = choice;
        for (int i = choice.groups() - 1; i >= Math.max(0, choice.groups() - WALKS); i--) {
            int back = choice.order()[i];
            trimmed =
                    along(IntStream.of(trimmed.order()).filter(g -> g != back)).orElse(trimmed);
        }
        return trimmed;
    }

    /** Where the walk through some groups meets the target; empty if it does not. */
    private Optional<Feasible> along(IntStream order) {
        RankingWalk walk = new RankingWalk(groups);
        return walk.along(order.toArray(), target) ? Optional.of(walk.result()) : Optional.empty();
    }

    private boolean isNear(Feasible choice) {
        return choice.groups() == 0 || unused(choice) <= NEAR * allowed(choice);
    }

    /** How much more might have stayed. */
    private double unused(Feasible choice) {
        return allowed(choice) - target.remaining(groups.count() - choice.groups(), choice.left());
    }

    private double allowed(Feasible choice) {
        return target.allowed(target.remaining(groups.count(), choice.dense()));
    }
}
