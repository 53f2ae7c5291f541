package io.halfspace.graph;

/**
 * What a check of validity asks of every vertex, in arrays, because it is made for one tentative removal after another. Not
 * to be modified.
 *
 * @param inputs by vertex, what feeds it, in order
 * @param channels by vertex, its channels in the whole network
 * @param channelsInto by vertex, the channels of all that feeds it there
 * @param isInput by vertex, whether it is a network input
 * @param isOutput by vertex, whether it is a network output
 * @param passesZeros by vertex, whether it leaves with all that feeds it: it has no values of its own and gives zeros for
 *     zeros
 */
record Wiring(
        int[][] inputs,
        int[] channels,
        long[] channelsInto,
        boolean[] isInput,
        boolean[] isOutput,
        boolean[] passesZeros) {
    static Wiring of(TraceGraph graph) {
        int size = graph.size();
        Wiring wiring = new Wiring(
                new int[size][],
                new int[size],
                new long[size],
                new boolean[size],
                new boolean[size],
                new boolean[size]);
        graph.outputs().forEach(output -> wiring.isOutput[output] = true);
        for (int v = 0; v < size; v++) {
            Operation operation = graph.vertex(v).operation();
            wiring.inputs[v] = graph.vertex(v).inputs().stream()
                    .mapToInt(Integer::intValue)
                    .toArray();
            wiring.channels[v] = operation.channels();
            for (int input : wiring.inputs[v]) {
                wiring.channelsInto[v] += wiring.channels[input];
            }
            wiring.isInput[v] = operation.kind() == Operation.Kind.INPUT;
            wiring.passesZeros[v] = !wiring.isInput[v]
                    && !wiring.isOutput[v]
                    && operation.kind() != Operation.Kind.STEM
                    && operation.zeroPreserving()
                    && operation.protection().isEmpty()
                    && operation.slices().isEmpty();
        }
        return wiring;
    }
}
