package io.halfspace.dl4j;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A minibatch: what a network is given and what it should answer.
 *
 * @param inputs one for each input of the network, in its order
 * @param targets one for each output of the network, in its order; none where only outputs are asked for
 */
public record Batch(List<Input> inputs, List<Target> targets) {
    /**
     * The values of one input.
     *
     * @param values {@code [rows, ...]} in the layout that the network expects
     * @param mask 1 where a step is present and 0 where a sequence has ended, {@code [rows, steps]}; for images as
     *     Deeplearning4j takes it; absent if everything is present
     */
    public record Input(Values values, Optional<Values> mask) {}

    public Batch {
        inputs = List.copyOf(inputs);
        targets = List.copyOf(targets);
        if (inputs.isEmpty()) {
            throw new IllegalArgumentException("Cannot form a batch: found no input, expected one or more");
        }
        int rows = inputs.get(0).values().shape()[0];
        int[] all = IntStream.concat(
                        inputs.stream().mapToInt(input -> input.values().shape()[0]),
                        targets.stream().mapToInt(Target::rows))
                .toArray();
        if (Arrays.stream(all).anyMatch(each -> each != rows)) {
            throw new IllegalArgumentException(
                    "Cannot form a batch: found %s rows in its inputs and labels, expected the same number"
                            .formatted(Arrays.toString(all)));
        }
    }

    /**
     * A batch of the common case: one input, one class an example.
     *
     * @param features {@code rows * product(shape)} values, rows outermost, C order; not copied
     * @param shape shape of one example: {@code [features]} or {@code [channels, height, width]}
     * @param labels class of each row; not copied
     * @param classes number of classes
     */
    public static Batch ofClasses(float[] features, int[] shape, int[] labels, int classes) {
        int[] full = new int[shape.length + 1];
        full[0] = labels.length;
        System.arraycopy(shape, 0, full, 1, shape.length);
        return new Batch(
                List.of(new Input(Values.of(features, full), Optional.empty())),
                List.of(new Target.Classes(labels, new int[] {labels.length}, classes, Optional.empty())));
    }

    /** A batch of inputs alone, without masks. */
    public static Batch ofInputs(Values... inputs) {
        return new Batch(
                Arrays.stream(inputs)
                        .map(each -> new Input(each, Optional.empty()))
                        .toList(),
                List.of());
    }

    /** Number of examples. */
    public int rows() {
        return inputs.get(0).values().shape()[0];
    }
}
