package io.halfspace.graph;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The StackedUnets of the OTOv3 figures (arXiv 2312.09411): two U-nets side by side, added; every vertex by its number. */
final class StackedUnets {
    private static final int WIDTH = 4;

    private static final String OPERATIONS = """
            0 conv, 1 bn, 2 relu, 3 conv, 4 maxpool, 5 conv, 6 relu, 7 conv, 8 relu, 9 bn, 10 maxpool, 11 conv, 12 conv,
            13 maxpool, 14 conv, 15 conv, 19 resize, 20 add, 24 resize, 25 add, 26 conv, 27 conv, 28 bn, 29 relu,
            33 resize, 34 add, 35 relu, 36 conv, 37 relu, 38 bn, 39 conv, 40 bn, 41 relu, 42 conv, 43 conv, 44 relu,
            45 conv, 46 relu, 47 bn, 48 conv, 49 conv, 50 conv, 51 conv, 52 conv, 56 resize, 57 add, 61 resize, 62 add,
            63 conv, 64 conv, 65 bn, 66 relu, 70 resize, 71 add, 72 relu, 73 conv, 74 relu, 75 bn, 76 add, 77 pool,
            82 linear""";

    /** What the adds take beside the vertex before them, and what does not take the vertex before it. */
    private static final Map<String, List<String>> INPUTS = Map.of(
            "39", List.of("in"),
            "20", List.of("19", "12"),
            "25", List.of("24", "9"),
            "34", List.of("33", "3"),
            "57", List.of("56", "49"),
            "62", List.of("61", "44"),
            "71", List.of("70", "41"),
            "76", List.of("38", "75"));

    private StackedUnets() {}

    static TraceGraph graph() {
        GraphBuilder net = new GraphBuilder();
        Map<String, Integer> indices = new HashMap<>();
        indices.put("in", net.input("in", WIDTH));
        String before = "in";
        for (String entry : OPERATIONS.split(",\\s+")) {
            String id = entry.split(" ")[0];
            Integer[] inputs = INPUTS.getOrDefault(id, List.of(before)).stream()
                    .map(indices::get)
                    .toArray(Integer[]::new);
            indices.put(id, add(net, id, entry.split(" ")[1], inputs));
            before = id;
        }
        return net.build(indices.get("82"));
    }

    private static int add(GraphBuilder net, String id, String operation, Integer... inputs) {
        return switch (operation) {
            case "conv" -> net.conv(id, inputs[0], WIDTH, 9, 16);
            case "bn" -> net.batchNorm(id, inputs[0]);
            case "add" -> net.sum(id, inputs);
            case "linear" -> net.dense(id, inputs[0], 10);
            case "relu", "maxpool", "resize", "pool" -> net.activation(id, inputs[0], true);
            default -> throw new IllegalArgumentException(operation);
        };
    }
}
