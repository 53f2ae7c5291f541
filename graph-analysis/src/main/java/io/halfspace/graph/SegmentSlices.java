package io.halfspace.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.TreeSet;

/** Collects the trainable values of erasable segments, in as few and as long runs as there are. */
final class SegmentSlices {
    private SegmentSlices() {}

    static SliceTable collect(ErasableSegments segments) {
        int[] start = new int[segments.count() + 1];
        List<int[]> runs = new ArrayList<>();
        BitSet inside = new BitSet(segments.graph().parameterLength());
        for (int s = 0; s < segments.count(); s++) {
            mark(segments, s, inside);
            for (int p = inside.nextSetBit(0); p >= 0; p = inside.nextSetBit(p)) {
                int end = inside.nextClearBit(p);
                runs.add(new int[] {p, end - p});
                p = end;
            }
            start[s + 1] = runs.size();
            inside.clear();
        }
        int[] offset = runs.stream().mapToInt(run -> run[0]).toArray();
        int[] length = runs.stream().mapToInt(run -> run[1]).toArray();
        int[] one = new int[runs.size()];
        Arrays.fill(one, 1);
        return new SliceTable(start, offset, length, length.clone(), one);
    }

    private static void mark(ErasableSegments segments, int segment, BitSet inside) {
        TreeSet<Integer> vertices = new TreeSet<>(segments.segment(segment).vertices());
        segments.losses(segment).forEach(loss -> vertices.add(loss.vertex()));
        for (int v : vertices) {
            Vertex vertex = segments.graph().vertex(v);
            for (ChannelSlices slices : vertex.operation().slices()) {
                for (int c = 0; c < vertex.channels() && slices.role() == ChannelSlices.Role.TRAINABLE; c++) {
                    if (segments.owner(v, c) == segment) {
                        mark(slices.of(c), inside);
                    }
                }
            }
        }
    }

    private static void mark(ParameterSlice slice, BitSet inside) {
        for (int r = 0; r < slice.runs(); r++) {
            int from = slice.offset() + r * slice.stride();
            inside.set(from, from + slice.length());
        }
    }
}
