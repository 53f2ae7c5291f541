package io.halfspace.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Random networks of parallel branches, summed or stacked, within each other and beside skip connections, with one or two
 * inputs and outputs; the same for the same seed.
 */
final class RandomSuperNetworks {
    private final GraphBuilder net;
    private final Random random;
    private int named;

    private RandomSuperNetworks(GraphBuilder net, long seed) {
        this.net = net;
        random = new Random(seed);
    }

    static TraceGraph next(GraphBuilder net, long seed) {
        return new RandomSuperNetworks(net, seed).network();
    }

    private TraceGraph network() {
        int inputs = 1 + random.nextInt(2);
        List<Integer> stems = IntStream.range(0, inputs)
                .mapToObj(i -> net.conv(name("stem"), net.input("in" + i, 3), 2 + random.nextInt(3), 1, 4))
                .toList();
        int at = inputs == 1 || random.nextBoolean()
                ? stems.get(0)
                : net.concat(name("join"), stems.toArray(Integer[]::new));
        List<Integer> outputs = new ArrayList<>();
        for (int i = 0; i < 2 + random.nextInt(3); i++) {
            at = block(at, 2);
            if (outputs.isEmpty() && random.nextInt(4) == 0) {
                outputs.add(net.dense(name("early"), at, 2));
            }
        }
        if (inputs == 2 && random.nextBoolean()) {
            at = net.concat(name("late"), at, stems.get(1));
        }
        outputs.add(net.dense(name("out"), at, 2));
        return net.build(outputs.toArray(Integer[]::new));
    }

    /** Parallel branches behind a vertex, joined. */
    private int block(int from, int depth) {
        boolean stacked = random.nextInt(3) == 0;
        int width = 2 + random.nextInt(3);
        List<Integer> ends = new ArrayList<>();
        for (int i = 0; i < 1 + random.nextInt(3); i++) {
            ends.add(branch(from, stacked ? 1 + random.nextInt(3) : width, depth));
        }
        boolean skip = stacked || width == net.channels(from);
        if (ends.size() == 1 || skip && random.nextBoolean()) {
            ends.add(skip ? from : net.conv(name("shortcut"), from, width, 1, 4));
        }
        Integer[] all = ends.toArray(Integer[]::new);
        int joined = stacked ? net.concat(name("concat"), all) : net.sum(name("add"), all);
        return switch (random.nextInt(5)) {
            case 0 -> net.batchNorm(name("bn"), joined);
            case 1 -> net.activation(name("relu"), joined, true);
            case 2 -> net.activation(name("sigmoid"), joined, false);
            default -> joined;
        };
    }

    private int branch(int from, int width, int depth) {
        int at = from;
        if (random.nextInt(3) == 0) {
            at = net.batchNorm(name("bn"), at);
        }
        if (depth > 0 && random.nextInt(3) == 0) {
            at = block(at, depth - 1);
        }
        at = net.conv(name("conv"), at, width, 1 + random.nextInt(3), 4);
        if (depth > 0 && random.nextInt(4) == 0) {
            int inner = net.conv(name("beside"), at, width, 1, 4);
            at = net.sum(name("add"), at, inner);
        }
        return switch (random.nextInt(5)) {
            case 0 -> net.batchNorm(name("bn"), at);
            case 1 -> net.activation(name("relu"), at, true);
            case 2 -> net.activation(name("relu"), net.batchNorm(name("bn"), at), true);
            case 3 -> net.conv(name("conv"), net.activation(name("sigmoid"), at, false), width, 1, 4);
            default -> at;
        };
    }

    private String name(String kind) {
        return kind + named++;
    }
}
