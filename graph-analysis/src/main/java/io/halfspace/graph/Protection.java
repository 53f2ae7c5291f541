package io.halfspace.graph;

import java.util.List;

/**
 * Decides which units may not leave, and says why, in the words of the user's own layers. The topologically first reason
 * of a unit stands.
 */
final class Protection {
    private final TraceGraph graph;
    private final ChannelUnits units;
    private final String[] reasons;
    private final boolean[] hasStem;

    private Protection(TraceGraph graph, ChannelUnits units) {
        this.graph = graph;
        this.units = units;
        reasons = new String[units.size()];
        hasStem = new boolean[units.size()];
    }

    /** Reasons by representative channel number; null where nothing stands against leaving. */
    static String[] reasons(TraceGraph graph, ChannelUnits units) {
        Protection protection = new Protection(graph, units);
        for (int v = 0; v < graph.size(); v++) {
            protection.ownReason(v);
            protection.inputsRead(v);
        }
        for (int output : graph.outputs()) {
            protection.protect(
                    output,
                    "'%s' is a network output".formatted(graph.vertex(output).name()));
        }
        protection.stemless();
        return protection.reasons;
    }

    private void ownReason(int v) {
        Vertex vertex = graph.vertex(v);
        Operation operation = vertex.operation();
        if (operation.kind() == Operation.Kind.STEM) {
            for (int c = 0; c < vertex.channels(); c++) {
                hasStem[units.unit(v, c)] = true;
            }
        }
        if (operation.protection().isPresent()) {
            protect(
                    v,
                    "'%s': %s".formatted(vertex.name(), operation.protection().get()));
        } else if (!operation.zeroPreserving()) {
            protect(v, "'%s' (%s) does not map zero to zero".formatted(vertex.name(), vertex.type()));
        }
    }

    /** An operation that mixes its inputs must know which parameters read which channel, else nothing can be cut there. */
    private void inputsRead(int v) {
        Vertex vertex = graph.vertex(v);
        if (!vertex.operation().mixesInputs()) {
            return;
        }
        List<ChannelSlices> slices = vertex.operation().slices();
        for (int i = 0; i < vertex.inputs().size(); i++) {
            int input = i;
            boolean cuttable =
                    slices.stream().anyMatch(s -> s.role() == ChannelSlices.Role.CONSUMER && s.input() == input);
            if (!cuttable) {
                protect(
                        vertex.inputs().get(i),
                        "it feeds '%s' (%s)%s"
                                .formatted(
                                        vertex.name(),
                                        vertex.type(),
                                        vertex.operation()
                                                .protection()
                                                .map(reason -> ": " + reason)
                                                .orElse(", whose inputs cannot be cut")));
            }
        }
    }

    private void stemless() {
        for (int v = 0; v < graph.size(); v++) {
            for (int c = 0; c < graph.vertex(v).channels(); c++) {
                int unit = units.unit(v, c);
                if (reasons[unit] == null && !hasStem[unit]) {
                    reasons[unit] = "no trainable layer makes its channels";
                }
            }
        }
    }

    private void protect(int v, String reason) {
        for (int c = 0; c < graph.vertex(v).channels(); c++) {
            int unit = units.unit(v, c);
            if (reasons[unit] == null) {
                reasons[unit] = reason;
            }
        }
    }
}
