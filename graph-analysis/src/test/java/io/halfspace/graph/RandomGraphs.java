package io.halfspace.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random networks of every kind of operation, the same for the same seed. */
final class RandomGraphs {
    private RandomGraphs() {}

    static TraceGraph next(GraphBuilder net, long seed) {
        Random random = new Random(seed);
        List<Integer> widths = new ArrayList<>(List.of(3));
        List<Integer> alive = new ArrayList<>(List.of(net.input("in", 3)));
        for (int i = 0; i < 25; i++) {
            int pick = random.nextInt(alive.size());
            int from = alive.get(pick);
            int width = widths.get(pick);
            int other = random.nextInt(alive.size());
            int kind = random.nextInt(9);
            int made;
            if (kind <= 2) {
                width = 1 + random.nextInt(6);
                made = net.conv("conv" + i, from, width, 1 + random.nextInt(3), 4);
            } else if (kind == 3) {
                width = 1 + random.nextInt(6);
                made = net.dense("dense" + i, from, width);
            } else if (kind == 4) {
                made = net.batchNorm("bn" + i, from);
            } else if (kind == 5 && width < 20) {
                made = net.depthwise("depth" + i, from, 2, 3);
                width *= 2;
            } else if (kind == 6 && width < 20) {
                made = net.flatten("flat" + i, from, 2);
                width *= 2;
            } else if (kind == 7 && widths.get(other) == width) {
                made = net.sum("add" + i, from, alive.get(other));
            } else if (kind == 8 && width + widths.get(other) < 30) {
                made = net.concat("concat" + i, from, alive.get(other));
                width += widths.get(other);
            } else {
                made = net.activation("relu" + i, from, true);
            }
            alive.add(made);
            widths.add(width);
        }
        return net.build(net.dense("out", alive.get(alive.size() - 1), 2));
    }
}
