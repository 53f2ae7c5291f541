package io.halfspace.dl4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A chain of DARTS cells with all candidate operations in place: every edge of a cell is the sum of separable convolutions
 * of 3x3 and 5x5, the same dilated, a max and an average pooling, and a skip.
 *
 * <p>Source: DARTS (arXiv 1806.09055) as OTOv3 (arXiv 2312.09411) erases it. A cell reads the two before it, each through a
 * 1x1 convolution; its nodes sum the edges from all states before them, and its output stacks the nodes. The cells at a
 * third and two thirds halve the image and double the width. Deviations: a separable convolution is applied once, not twice;
 * pooling is not normalised; the edges of a node are summed together with their operations.
 */
final class DartsCells {
    private final GraphSketch sketch;
    private final int nodes;

    private DartsCells(GraphSketch sketch, int nodes) {
        this.sketch = sketch;
        this.nodes = nodes;
    }

    /** The output of a cell, and whether the image was halved in it. */
    private record Cell(String output, boolean halves) {}

    /** Sizes: {@code cells}, {@code width} of the first cells' nodes, {@code nodes} of a cell. */
    static String draw(GraphSketch sketch, Map<String, Integer> sizes) {
        int cells = sizes.get("cells");
        int width = sizes.get("width");
        DartsCells darts = new DartsCells(sketch, sizes.get("nodes"));
        String stem = sketch.normalizedConvolution("stem", GraphSketch.INPUT, 3 * width, 3, 1);
        Cell before = new Cell(stem, false);
        Cell last = before;
        for (int cell = 0; cell < cells; cell++) {
            boolean halves = cells > 2 ? cell == cells / 3 || cell == 2 * cells / 3 : cell == cells - 1;
            width = halves ? 2 * width : width;
            Cell next = new Cell(darts.cell("c" + (cell + 1), before, last, width, halves), halves);
            before = last;
            last = next;
        }
        return sketch.globalPooling(sketch.relu("last", last.output()));
    }

    private String cell(String name, Cell before, Cell last, int width, boolean halves) {
        List<String> states = new ArrayList<>();
        // What the last cell halved is twice as large in the cell before it.
        states.add(adapted(name + "-in0", before.output(), width, last.halves() ? 2 : 1));
        states.add(adapted(name + "-in1", last.output(), width, 1));
        for (int node = 0; node < nodes; node++) {
            List<String> summed = new ArrayList<>();
            for (int from = 0; from < states.size(); from++) {
                int stride = halves && from < 2 ? 2 : 1;
                summed.addAll(edge("%s-n%d-e%d".formatted(name, node, from), states.get(from), width, stride));
            }
            states.add(sketch.sum("%s-n%d".formatted(name, node), summed.toArray(String[]::new)));
        }
        List<String> outputs = states.subList(2, states.size());
        return outputs.size() == 1 ? outputs.get(0) : sketch.concat(name, outputs.toArray(String[]::new));
    }

    private String adapted(String name, String from, int width, int stride) {
        return sketch.normalizedConvolution(name, sketch.relu(name, from), width, 1, stride);
    }

    private List<String> edge(String name, String from, int width, int stride) {
        List<String> operations = new ArrayList<>();
        String active = sketch.relu(name, from);
        for (int kernel : new int[] {3, 5}) {
            operations.add(sketch.separableConvolution(name + "-sep" + kernel, active, width, kernel, stride, 1));
            operations.add(sketch.separableConvolution(name + "-dil" + kernel, active, width, kernel, stride, 2));
        }
        operations.add(sketch.maxPoolingSame(name + "-max", from, stride));
        operations.add(sketch.averagePoolingSame(name + "-avg", from, stride));
        operations.add(stride == 1 ? from : sketch.normalizedConvolution(name + "-skip", active, width, 1, stride));
        return operations;
    }
}
