package io.halfspace.solver;

import io.halfspace.graph.GroupSet;
import io.halfspace.graph.NetworkCost;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * What a user asks for: how many groups are to be zero, or what the built network may cost.
 *
 * <p>A target that {@link #check} lets pass is always met by {@link #choose}, whatever the ranking: exactly in groups, and
 * within one group in parameters or flops.
 */
public sealed interface Target {
    /**
     * A share of all groups.
     *
     * @param fraction in [0, 1]; the number of groups is rounded to the nearest
     */
    record Groups(double fraction) implements Target {
        public Groups {
            if (!(fraction >= 0 && fraction <= 1)) {
                throw new IllegalArgumentException(
                        "Invalid group sparsity: %s, expected in [0, 1]".formatted(fraction));
            }
        }

        @Override
        public long remaining(int groups, NetworkCost cost) {
            return groups;
        }

        @Override
        public double allowed(long whole) {
            return whole - (double) Math.round(fraction * whole);
        }

        @Override
        public String toString() {
            return "group sparsity " + fraction;
        }
    }

    /** A number of groups. */
    record GroupCount(int count) implements Target {
        public GroupCount {
            if (count < 0) {
                throw new IllegalArgumentException("Invalid group count: %d, expected at least 0".formatted(count));
            }
        }

        @Override
        public long remaining(int groups, NetworkCost cost) {
            return groups;
        }

        @Override
        public double allowed(long whole) {
            return whole - count;
        }

        @Override
        public String toString() {
            return "group count " + count;
        }
    }

    /**
     * Trainable parameters of the built network.
     *
     * @param budget up to 1 the share of the whole network's parameters that may stay, above 1 their number
     */
    record Parameters(double budget) implements Target {
        public Parameters {
            requireBudget("parameters", budget);
        }

        @Override
        public long remaining(int groups, NetworkCost cost) {
            return cost.parameters();
        }

        @Override
        public double allowed(long whole) {
            return budget <= 1 ? budget * whole : budget;
        }

        @Override
        public String toString() {
            return "parameters " + budget;
        }
    }

    /**
     * Multiplications of the built network for one example.
     *
     * @param budget up to 1 the share of the whole network's multiplications that may stay, above 1 their number
     */
    record Flops(double budget) implements Target {
        public Flops {
            requireBudget("flops", budget);
        }

        @Override
        public long remaining(int groups, NetworkCost cost) {
            return cost.flops();
        }

        @Override
        public double allowed(long whole) {
            return budget <= 1 ? budget * whole : budget;
        }

        @Override
        public String toString() {
            return "flops " + budget;
        }
    }

    /**
     * Another target, met with numbers of channels that hardware likes: a layer keeps a multiple of some number of channels,
     * or all. Its channels leave in lots: the walk through the ranking sets groups aside until those of a layer make a lot,
     * which then leaves as a whole. Measured are the lots that leave; groups set aside stay. A target in groups is therefore
     * met with as many groups as asked or somewhat more, one in parameters or flops within a lot.
     *
     * @param target what must be met
     * @param multiple of which the number of channels that a layer keeps is a multiple
     */
    record Rounded(Target target, int multiple) implements Target {
        public Rounded {
            Objects.requireNonNull(target, "target");
            if (multiple < 1) {
                throw new IllegalArgumentException("Invalid multiple: %d, expected at least 1".formatted(multiple));
            }
        }

        @Override
        public long remaining(int groups, NetworkCost cost) {
            return target.remaining(groups, cost);
        }

        @Override
        public double allowed(long whole) {
            return target.allowed(whole);
        }

        /** The lots that the ranking, or else that of {@link #limit}, makes up first. */
        @Override
        public boolean[] choose(int[] ranking, GroupSet groups) {
            RankingWalk walk = new RankingWalk(groups);
            walk.toTheEnd(ranking, this);
            Lots lots = new Lots(groups, multiple);
            if (lots.along(walk.result().order(), this)) {
                return lots.result().leaving();
            }
            check(groups);
            Feasible limit = limit(groups);
            Lots safe = new Lots(groups, multiple);
            safe.along(Arrays.stream(ranking).filter(g -> limit.leaving()[g]).toArray(), this);
            return safe.result().leaving();
        }

        @Override
        public Feasible furthest(int[] order, GroupSet groups) {
            Lots lots = new Lots(groups, multiple);
            lots.toTheEnd(target.furthest(order, groups).order());
            return lots.result();
        }

        @Override
        public String toString() {
            return "%s in multiples of %d channels a layer".formatted(target, multiple);
        }
    }

    /**
     * What the target limits, for a network that is left.
     *
     * @param groups groups that the network still has
     * @param cost its price
     */
    long remaining(int groups, NetworkCost cost);

    /** How much of it may remain, if the whole network has {@code whole}. */
    double allowed(long whole);

    /**
     * The groups that are to be zero: the most redundant ones that can go together, as few as meet the target; one that
     * would take far more than is still to go stays if others can meet it ({@link NearestChoice}). Where the ranking leads into
     * a dead end (it gave away what other groups needed), the walk is repeated among the groups of {@link #limit}, and if need
     * be in their order.
     *
     * @param ranking every group once, most redundant first; not modified
     * @return by group, whether it is chosen
     * @throws UnreachableTargetException if the target cannot be met
     */
    default boolean[] choose(int[] ranking, GroupSet groups) {
        RankingWalk walk = new RankingWalk(groups);
        if (walk.along(ranking, this)) {
            return new NearestChoice(ranking, groups, this).from(walk.result()).leaving();
        }
        check(groups);
        Feasible limit = limit(groups);
        RankingWalk among = new RankingWalk(groups);
        if (among.along(Arrays.stream(ranking).filter(g -> limit.leaving()[g]).toArray(), this)) {
            return among.result().leaving();
        }
        RankingWalk known = new RankingWalk(groups);
        known.along(limit.order(), this);
        return known.result().leaving();
    }

    /**
     * The most that was found to be able to leave. Finding the very most is a covering problem where groups depend on
     * each other; four orders are tried, smallest and largest group first, and forwards and backwards through the network.
     */
    default Feasible limit(GroupSet groups) {
        Comparator<Integer> bySize = Comparator.<Integer>comparingInt(groups.trainable()::variables)
                .thenComparing(Comparator.naturalOrder());
        Feasible best = null;
        for (Comparator<Integer> order : List.of(
                bySize, bySize.reversed(), Comparator.<Integer>naturalOrder(), Comparator.<Integer>reverseOrder())) {
            Feasible found = furthest(order(groups, order), groups);
            best = best == null || remaining(found) < remaining(best) ? found : best;
        }
        return best;
    }

    /** The furthest that removing group after group in the given order leads to. */
    default Feasible furthest(int[] order, GroupSet groups) {
        return Feasible.inOrder(order, groups, this);
    }

    /**
     * Says before a training begins whether it can meet the target.
     *
     * @throws UnreachableTargetException if it cannot, with the furthest that was found, or if there are no groups at all
     */
    default void check(GroupSet groups) {
        GroupSet.Wording words = groups.wording();
        if (groups.count() == 0) {
            throw new UnreachableTargetException("Cannot reach target %s: the network has no %s that could leave, %s"
                    .formatted(this, words.plural(), words.none()));
        }
        Feasible limit = limit(groups);
        long whole = remaining(groups.count(), limit.dense());
        long least = remaining(limit);
        if (least > allowed(whole)) {
            throw new UnreachableTargetException(
                    "Cannot reach target %s: at most %d of %d %s can leave, which keeps %.4f (%d of %d); %s, ask for less"
                            .formatted(
                                    this,
                                    limit.groups(),
                                    groups.count(),
                                    words.plural(),
                                    whole == 0 ? 1.0 : (double) least / whole,
                                    least,
                                    whole,
                                    words.limit()));
        }
    }

    private long remaining(Feasible feasible) {
        return remaining(feasible.leaving().length - feasible.groups(), feasible.left());
    }

    private static int[] order(GroupSet groups, Comparator<Integer> comparator) {
        return IntStream.range(0, groups.count())
                .boxed()
                .sorted(comparator)
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private static void requireBudget(String what, double budget) {
        if (!(budget > 0 && Double.isFinite(budget))) {
            throw new IllegalArgumentException(
                    "Invalid budget of %s: %s, expected a share in (0, 1] or an absolute number above 1"
                            .formatted(what, budget));
        }
    }
}
