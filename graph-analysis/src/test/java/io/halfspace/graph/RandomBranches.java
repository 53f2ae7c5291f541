package io.halfspace.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random networks of blocks of parallel branches that are added or stacked, the same for the same seed. */
final class RandomBranches {
    private RandomBranches() {}

    static TraceGraph next(GraphBuilder net, long seed) {
        Random random = new Random(seed);
        int at = net.conv("stem", net.input("in", 3), 4, 3, 4);
        int skip = -1;
        int width = 4;
        for (int block = 0; block < 4; block++) {
            boolean stack = random.nextBoolean();
            List<Integer> branches = new ArrayList<>();
            for (int b = 0; b < 2 + random.nextInt(3); b++) {
                int own = stack ? 1 + random.nextInt(4) : width;
                String name = "b" + block + "x" + b;
                int v = net.conv(name + "conv", at, own, 1 + random.nextInt(3), 4);
                if (random.nextBoolean()) {
                    v = net.batchNorm(name + "bn", v);
                }
                if (random.nextInt(3) == 0) {
                    v = net.conv(name + "second", net.activation(name + "relu", v, true), own, 3, 2);
                }
                branches.add(v);
            }
            if (!stack && random.nextBoolean()) {
                branches.add(random.nextBoolean() ? at : net.activation("pool" + block, at, true));
            }
            Integer[] inputs = branches.toArray(Integer[]::new);
            skip = skip < 0 ? at : skip;
            at = stack ? net.concat("cat" + block, inputs) : net.sum("add" + block, inputs);
            if (stack) {
                at = net.batchNorm("norm" + block, at);
                width = 3;
                at = net.conv("mix" + block, at, width, 1, 4);
            } else if (random.nextBoolean()) {
                at = net.activation("relu" + block, at, true);
            }
        }
        // A chain beside a skip connection whose removal leaves a whole block without use.
        int end = net.dense("shortcut", skip, 5);
        int sum = net.sum("join", end, net.dense("long", at, 5));
        return net.build(net.dense("out", sum, 2));
    }
}
