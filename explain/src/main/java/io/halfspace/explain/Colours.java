package io.halfspace.explain;

import io.halfspace.graph.GroupFamilies;
import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.Vertex;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Colours of vertices: one of 24 a family of groups, by the family's number, and grey for what is protected. */
final class Colours {
    static final int HUES = 24;
    private static final int PROTECTED = -1;

    private final GroupPartition groups;
    private final GroupFamilies families;

    Colours(GroupPartition groups) {
        this.groups = groups;
        families = GroupFamilies.of(groups);
    }

    /** {@code channels} channels of the same family, or of none. */
    record Run(int family, int channels) {
        /** The name of its colour in the style sheet. */
        String style() {
            return family == PROTECTED ? "grey" : "h" + family % HUES;
        }
    }

    /** The channels of a vertex, in order. */
    List<Run> runs(int v, Vertex vertex) {
        List<Run> runs = new ArrayList<>();
        int from = 0;
        for (int c = 1; c <= vertex.channels(); c++) {
            if (c == vertex.channels() || family(v, c) != family(v, from)) {
                runs.add(new Run(family(v, from), c - from));
                from = c;
            }
        }
        return runs;
    }

    /** The run that gives a vertex its colour: the longest of a family, the first of equals; of none if there is none. */
    static Run main(List<Run> runs) {
        Run main = new Run(PROTECTED, 0);
        for (Run run : runs) {
            boolean longer = run.family() != PROTECTED && run.channels() > main.channels();
            main = longer ? run : main;
        }
        return main;
    }

    /** The families of some runs. */
    static Set<Integer> families(List<Run> runs) {
        Set<Integer> found = new LinkedHashSet<>();
        runs.stream().map(Run::family).filter(family -> family != PROTECTED).forEach(found::add);
        return found;
    }

    private int family(int v, int channel) {
        int group = groups.group(v, channel);
        return group < 0 ? PROTECTED : families.family(group);
    }
}
