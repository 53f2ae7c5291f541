package io.halfspace.explain;

import io.halfspace.graph.FreeBranches;
import io.halfspace.graph.LayerAnswer;
import io.halfspace.graph.Operation;
import io.halfspace.graph.SegmentGraph;
import io.halfspace.graph.TraceGraph;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A network as cards and lines between them. A chain of layers is one card, so that hundreds of layers make a drawing of tens
 * of boxes. In large networks the middle of long chains is left out.
 */
final class Cards {
    /** Rows that a drawing shows in full; beyond that, of every card only the ends. */
    private static final int ROWS = 2500;

    private static final int ENDS = 6;
    private static final int LEFT_OUT = -1;

    private final List<Card> cards = new ArrayList<>();
    private final List<Line> lines = new ArrayList<>();

    /** A line from one card to another, free if it is on a branch without parameters. */
    record Line(int from, int to, boolean free) {}

    Cards(Analysis analysis) {
        TraceGraph trace = analysis.trace();
        Map<SegmentGraph.Segment, Integer> cardOf = new LinkedHashMap<>();
        int[] cardOfVertex = new int[trace.size()];
        Set<Integer> free = new HashSet<>();
        Set<List<Integer>> freeEnds = new HashSet<>();
        for (FreeBranches.Branch branch : analysis.branches()) {
            free.addAll(branch.vertices());
            freeEnds.add(List.of(branch.joint(), branch.input()));
        }
        boolean whole = trace.size() <= ROWS;
        for (int v = 0; v < trace.size(); v++) {
            if (trace.vertex(v).operation().kind() == Operation.Kind.INPUT) {
                cardOfVertex[v] = cards.size();
                cards.add(new Card(List.of(v), Card.Kind.INPUT, ""));
                continue;
            }
            SegmentGraph.Segment segment = analysis.segments().segment(v).orElseThrow();
            if (segment.vertices().get(0) == v) {
                cardOf.put(segment, cards.size());
                cards.add(card(trace, segment, free.contains(v), whole));
            }
            cardOfVertex[v] = cardOf.get(segment);
        }
        for (int v = 0; v < trace.size(); v++) {
            List<Integer> inputs = trace.vertex(v).inputs();
            for (int i = 0; i < inputs.size(); i++) {
                int from = cardOfVertex[inputs.get(i)];
                if (from != cardOfVertex[v]) {
                    boolean isFree = free.contains(v) || freeEnds.contains(List.of(v, i));
                    lines.add(new Line(from, cardOfVertex[v], isFree));
                }
            }
        }
    }

    List<Card> cards() {
        return cards;
    }

    List<Line> lines() {
        return lines;
    }

    private static Card card(TraceGraph trace, SegmentGraph.Segment segment, boolean free, boolean whole) {
        List<Integer> layers = segment.vertices().stream()
                .filter(v -> LayerAnswer.isLayer(trace.vertex(v)))
                .toList();
        List<Integer> rows = new ArrayList<>(layers.isEmpty() ? segment.vertices() : layers);
        if (!whole && rows.size() > 2 * ENDS + 1) {
            rows.subList(ENDS, rows.size() - ENDS).clear();
            rows.add(ENDS, LEFT_OUT);
        }
        Card.Kind kind = segment.erasable() ? Card.Kind.ERASABLE : free ? Card.Kind.FREE : Card.Kind.PLAIN;
        String title = segment.erasable() ? "can be erased as a whole: " + segment.name() : "";
        return new Card(List.copyOf(rows), kind, title);
    }
}
