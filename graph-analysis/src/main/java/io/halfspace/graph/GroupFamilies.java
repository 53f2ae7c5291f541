package io.halfspace.graph;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Groups that are alike: those of a family lie in the same vertices, with the same number of channels in each, so that any
 * one of them leaves for the same price. Mostly these are the channels of one layer and whatever shares them.
 *
 * <p>Families are numbered 0, 1, ... by their first group: the same network always gets the same numbers and names.
 *
 * <p>Cost: linear in the channels of all vertices together.
 */
public final class GroupFamilies {
    private final GroupPartition partition;
    private final int[] familyOf;
    private final int[] first;

    private GroupFamilies(GroupPartition partition) {
        this.partition = partition;
        Incidence incidence = partition.incidence();
        familyOf = new int[partition.count()];
        int[] firsts = new int[partition.count()];
        Map<Place, Integer> known = new HashMap<>();
        int count = 0;
        for (int group = 0; group < familyOf.length; group++) {
            if (group > 0 && alike(incidence, group - 1, group)) {
                familyOf[group] = familyOf[group - 1];
                continue;
            }
            Integer family = known.putIfAbsent(new Place(incidence, group), count);
            familyOf[group] = family == null ? count : family;
            if (family == null) {
                firsts[count++] = group;
            }
        }
        first = Arrays.copyOf(firsts, count);
    }

    /** Finds the families of a network's groups. */
    public static GroupFamilies of(GroupPartition partition) {
        return new GroupFamilies(partition);
    }

    /** Number of families. */
    public int count() {
        return first.length;
    }

    /** The family of a group. */
    public int family(int group) {
        return familyOf[group];
    }

    /** The first group of a family. */
    public int first(int family) {
        return first[family];
    }

    /** The vertex that the first channel of the family's first group belongs to. */
    public int leaderVertex(int family) {
        return partition.leaderVertex(first[family]);
    }

    /** Where a group lies, as a key. */
    private record Place(Incidence incidence, int group) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Place place && alike(incidence, group, place.group);
        }

        @Override
        public int hashCode() {
            int hash = 1;
            for (int i = incidence.start()[group]; i < incidence.start()[group + 1]; i++) {
                hash = 31 * (31 * hash + incidence.vertex()[i]) + incidence.channels()[i];
            }
            return hash;
        }
    }

    private static boolean alike(Incidence incidence, int a, int b) {
        int fromA = incidence.start()[a];
        int endA = incidence.start()[a + 1];
        int fromB = incidence.start()[b];
        int endB = incidence.start()[b + 1];
        return Arrays.equals(incidence.vertex(), fromA, endA, incidence.vertex(), fromB, endB)
                && Arrays.equals(incidence.channels(), fromA, endA, incidence.channels(), fromB, endB);
    }
}
