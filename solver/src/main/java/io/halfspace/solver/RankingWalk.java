package io.halfspace.solver;

import io.halfspace.graph.GroupSet;
import io.halfspace.graph.NetworkCost;
import io.halfspace.graph.Removal;
import java.util.Arrays;

/**
 * Takes groups out of a network one by one, pricing what is left, and passes over those that the network cannot spare. Where
 * a removal made a group dispensable that was passed over before, that one goes next, before any later one in the order.
 */
final class RankingWalk {
    private final Removal removal;
    private final NetworkCost dense;
    private final boolean[] leaving;
    private final int[] left;
    private int groups;

    RankingWalk(GroupSet set) {
        removal = set.removal();
        dense = removal.cost();
        leaving = new boolean[set.count()];
        left = new int[set.count()];
    }

    /** Goes through the groups in order until the target is met; whether it was. */
    boolean along(int[] order, Target target) {
        double allowed = target.allowed(target.remaining(leaving.length, dense));
        return goThrough(order, allowed, target);
    }

    /** Goes through all the groups. */
    void toTheEnd(int[] order, Target target) {
        goThrough(order, Double.NEGATIVE_INFINITY, target);
    }

    Feasible result() {
        return new Feasible(leaving, Arrays.copyOf(left, groups), dense, removal.cost());
    }

    private boolean goThrough(int[] order, double allowed, Target target) {
        int[] passedOver = new int[order.length];
        int count = 0;
        int next = 0;
        boolean tryAgain = false;
        while (target.remaining(leaving.length - groups, removal.cost()) > allowed) {
            int again = tryAgain ? firstRemovable(passedOver, count) : count;
            tryAgain = false;
            if (again < count) {
                tryAgain = remove(passedOver[again]);
                System.arraycopy(passedOver, again + 1, passedOver, again, --count - again);
            } else if (next == order.length) {
                return false;
            } else if (removal.canRemove(order[next])) {
                tryAgain = remove(order[next++]);
            } else {
                passedOver[count++] = order[next++];
            }
        }
        return true;
    }

    private int firstRemovable(int[] groups, int count) {
        int i = 0;
        while (i < count && !removal.canRemove(groups[i])) {
            i++;
        }
        return i;
    }

    /** Whether groups that were passed over may be able to leave now. */
    private boolean remove(int group) {
        removal.remove(group);
        leaving[group] = true;
        left[groups++] = group;
        return removal.refusalsMayHaveEnded();
    }
}
