package io.halfspace.dl4j;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Judges outputs against targets, whoever computed them. */
public final class Judgement {
    /** Keeps the logarithm of a probability that underflowed to zero finite. */
    private static final double SMALLEST_PROBABILITY = 1e-10;

    private Judgement() {}

    /**
     * Judges a network's outputs.
     *
     * @param losses of each output
     * @param outputs what the network answered, in inference mode; not modified
     * @param batch with one target for each output; not modified
     */
    public static Evaluation of(List<OutputLoss> losses, List<Values> outputs, Batch batch) {
        Evaluation total = new Evaluation(batch.rows(), 0, 0, 0);
        for (int i = 0; i < outputs.size(); i++) {
            total = total.plus(of(losses.get(i), outputs.get(i), batch.targets().get(i)));
        }
        return total;
    }

    /** A network in inference mode by what it answers, judged by its losses. */
    public static GradientEngine.Inference inference(List<OutputLoss> losses, Function<Batch, List<Values>> answers) {
        return new GradientEngine.Inference() {
            @Override
            public List<Values> outputs(Batch batch) {
                return answers.apply(batch);
            }

            @Override
            public Evaluation evaluate(Batch batch) {
                return Judgement.of(losses, answers.apply(batch), batch);
            }
        };
    }

    private static Evaluation of(OutputLoss loss, Values output, Target target) {
        int channelAxis = loss.channelsLast() ? output.shape().length - 1 : 1;
        Optional<INDArray> mask = target.mask().map(values -> mask(values, output.shape(), channelAxis));
        INDArray answers = flat(array(output), channelAxis);
        long counted = 0;
        long correct = 0;
        if (target instanceof Target.Classes classes) {
            INDArray best = answers.argMax(1);
            for (int at = 0; at < classes.indices().length; at++) {
                boolean counts = mask.isEmpty() || mask.get().getDouble(at, 0) != 0;
                counted += counts ? 1 : 0;
                correct += counts && best.getInt(at) == classes.indices()[at] ? 1 : 0;
            }
        }
        return new Evaluation(0, counted, correct, loss(loss, answers, target, channelAxis, mask.orElse(null)));
    }

    private static double loss(OutputLoss loss, INDArray answers, Target target, int channelAxis, INDArray mask) {
        if (loss.function().isEmpty()) {
            throw new UnsupportedModelException(
                    "Cannot judge the model: an output has no loss function, expected an output layer with one");
        }
        ILossFunction function = loss.function().get();
        INDArray labels = flat(array(loss.labels(target)), channelAxis);
        INDArray safe = function instanceof LossMCXENT ? Transforms.max(answers, SMALLEST_PROBABILITY, true) : answers;
        return function.computeScore(labels, safe, new ActivationIdentity(), mask, false);
    }

    /** One row an example or position, rows outermost. */
    private static INDArray flat(INDArray array, int channelAxis) {
        if (array.rank() == 2) {
            return array;
        }
        int[] order = new int[array.rank()];
        int to = 0;
        for (int axis = 0; axis < order.length; axis++) {
            if (axis != channelAxis) {
                order[to++] = axis;
            }
        }
        order[to] = channelAxis;
        long channels = array.size(channelAxis);
        return array.permute(order).dup('c').reshape('c', array.length() / channels, channels);
    }

    /** A mask with a column for each label, or one for all of them. */
    private static INDArray mask(Values mask, int[] output, int channelAxis) {
        long[] shape = Arrays.stream(mask.shape()).asLongStream().toArray();
        long[] full = new long[output.length];
        if (shape.length == output.length) {
            full = shape;
        } else {
            // Positions without channels: one value each; examples alone: one value for all positions.
            int from = 0;
            for (int axis = 0; axis < full.length; axis++) {
                full[axis] = axis == channelAxis || from >= shape.length ? 1 : shape[from++];
            }
        }
        long[] target = Arrays.stream(output).asLongStream().toArray();
        target[channelAxis] = full[channelAxis];
        return flat(array(mask).reshape('c', full).broadcast(target), channelAxis);
    }

    private static INDArray array(Values values) {
        return values.toArray().castTo(DataType.DOUBLE);
    }
}
