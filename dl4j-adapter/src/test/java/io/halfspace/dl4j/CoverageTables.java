package io.halfspace.dl4j;

import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.TraceGraph;
import io.halfspace.graph.Vertex;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;

/** The generated part of docs/coverage.md: what was met in the tested networks, and that they are cut exactly. */
final class CoverageTables {
    static final String BEGIN = "<!-- written by CoverageTest; do not edit below -->\n";

    /** What the tested networks say of one type of layer. */
    private static final class Seen {
        private int networks;
        private boolean own;
        private boolean inputs;
    }

    private final Map<String, Seen> types = new TreeMap<>();
    private final StringBuilder networks = new StringBuilder();

    /**
     * All tables.
     *
     * @param large whether large networks of the zoo, which take longer, are among them
     */
    static String write(boolean large) {
        CoverageTables tables = new CoverageTables();
        Topologies.all().forEach(tables::add);
        String zoo = zoo(large);
        StringBuilder text = new StringBuilder(BEGIN);
        text.append("\n### What was cut, by type\n\n").append("| type | its channels | its inputs | networks |\n");
        text.append("| --- | --- | --- | --- |\n");
        tables.types.forEach((type, seen) -> text.append("| %s | %s | %s | %d |\n"
                .formatted(type, seen.own ? "cut" : "", seen.inputs ? "cut" : "", seen.networks)));
        text.append("\n### Small networks\n\n").append("| network | layers in it | groups | equal within |\n");
        text.append("| --- | --- | --- | --- |\n").append(tables.networks);
        text.append("\n### Networks of the zoo\n\n").append("| network | groups | protected channels |\n");
        text.append("| --- | --- | --- |\n").append(zoo);
        return text.toString();
    }

    private void add(Topology topology) {
        ComputationGraph network = topology.network(DataType.FLOAT);
        TraceGraph trace = NetworkTracer.trace(network, topology.types());
        GroupPartition partition = GroupPartition.of(trace);
        Map<String, List<Integer>> byType = IntStream.range(0, trace.size())
                .boxed()
                .filter(v -> !trace.vertex(v).type().equals("Input"))
                .collect(Collectors.groupingBy(v -> trace.vertex(v).type(), TreeMap::new, Collectors.toList()));
        byType.forEach((type, vertices) -> {
            Seen seen = types.computeIfAbsent(type, t -> new Seen());
            seen.networks++;
            for (int v : vertices) {
                Vertex vertex = trace.vertex(v);
                seen.own |= hasGroup(partition, trace, v);
                seen.inputs |= vertex.inputs().stream().anyMatch(input -> hasGroup(partition, trace, input));
            }
        });
        String equal = topology.precisions().stream()
                .map(type -> type == DataType.DOUBLE ? "1e-10 (double)" : "1e-5 (float)")
                .collect(Collectors.joining(", "));
        networks.append("| %s | %s | %d | %s |\n"
                .formatted(
                        topology.name(),
                        String.join(", ", byType.keySet()),
                        partition.count(),
                        partition.count() == 0 ? "nothing leaves" : equal));
    }

    private static boolean hasGroup(GroupPartition partition, TraceGraph trace, int v) {
        return IntStream.range(0, trace.vertex(v).channels()).anyMatch(c -> partition.group(v, c) >= 0);
    }

    private static String zoo(boolean large) {
        StringBuilder rows = new StringBuilder();
        for (String name : ZooNetworks.names()) {
            if (!large && isLarge(name)) {
                continue;
            }
            Integer side = ProtectionTruthTest.side(name);
            if (side == null && !name.equals("zoo:textgenerationlstm")) {
                rows.append("| %s | Deeplearning4j cannot build it | |\n".formatted(name));
                continue;
            }
            ComputationGraph network = ProtectionTruthTest.network(name);
            TraceGraph trace = NetworkTracer.trace(network, ProtectionTruthTest.type(name));
            GroupPartition partition = GroupPartition.of(trace);
            long channels = IntStream.range(0, trace.size())
                    .mapToLong(v -> IntStream.range(0, trace.vertex(v).channels())
                            .filter(c -> partition.group(v, c) < 0)
                            .count())
                    .sum();
            rows.append("| %s | %,d | %,d of %,d |\n"
                    .formatted(
                            name,
                            partition.count(),
                            channels,
                            trace.vertices().stream()
                                    .mapToLong(Vertex::channels)
                                    .sum()));
        }
        return rows.toString();
    }

    static boolean isLarge(String network) {
        return ProtectionTruthTest.large().anyMatch(network::equals);
    }
}
