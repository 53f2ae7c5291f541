package io.halfspace.dl4j;

import io.halfspace.graph.ChannelMap;
import io.halfspace.graph.ChannelSlices;
import io.halfspace.graph.Cost;
import io.halfspace.graph.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.AbstractLSTM;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GravesBidirectionalLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;

/**
 * Recurrent layers: a channel is a hidden unit. With its columns in the input and recurrent weights and its biases zero,
 * its cell and its output stay zero from step to step, whatever the gate function, if the activation keeps zeros.
 *
 * <p>Orders: input weights [in, gates * out], recurrent weights [out, gates * out + peepholes], both in F order, then
 * biases. The unit's row of the recurrent weights only reads the unit; it is cut with it and need not be zero, so it is
 * no part of its group. (Peepholes read the unit's own cell and count as its own.)
 */
final class Recurrent {
    private Recurrent() {}

    static Operation lstm(LSTM layer, Site site) {
        return gated(layer, site, 0);
    }

    /** With peepholes. */
    static Operation gravesLstm(AbstractLSTM layer, Site site) {
        return gated(layer, site, 3);
    }

    static Operation simpleRnn(SimpleRnn layer, Site site) {
        if (layer.hasLayerNorm()) {
            return Rules.unknown(site, "layer normalization makes each of its channels depend on all");
        }
        return units(layer, site, 1, 0);
    }

    /** The layer inside runs over all steps. */
    static List<Part> lastTimeStep(LastTimeStep layer) {
        List<Part> inner = Rules.parts(layer.getUnderlying());
        List<Part> parts = new ArrayList<>(inner.subList(0, inner.size() - 1));
        Part last = inner.get(inner.size() - 1);
        parts.add(new Part(
                last.suffix(),
                last.reads(),
                inputs -> {
                    int channels = last.gives().apply(inputs).channels();
                    return new Shape(InputType.feedForward(channels), channels, 1);
                },
                site -> last.describe()
                        .apply(new Site(
                                site.inputs(),
                                site.output().withPositions(site.input().positions()),
                                site.offset(),
                                site.parameters())),
                last.resize()));
        return parts.stream()
                .map(part -> part.inside(
                        kept -> {
                            part.resize().apply(kept);
                            return layer;
                        },
                        UnaryOperator.identity()))
                .toList();
    }

    /**
     * Two layers, one of which reads the steps backwards; the parameters of the first lie before those of the second. A
     * channel is a unit of both: Deeplearning4j wants them to have as many units, so where their outputs are stacked, unit
     * j of the one can only leave with unit j of the other. The stacked outputs are a part of their own, {@code
     * <layer>/directions}.
     */
    static List<Part> bidirectional(Bidirectional layer) {
        Part units = new Part(
                "", List.of(), inputs -> Outputs.of(layer.getFwd(), inputs), site -> units(layer, site), kept -> {
                    resize(layer.getFwd(), kept);
                    resize(layer.getBwd(), kept);
                    return layer;
                });
        if (layer.getMode() != Bidirectional.Mode.CONCAT) {
            return List.of(units);
        }
        Part directions = new Part(
                "/directions",
                List.of(0),
                inputs -> {
                    Shape one = Outputs.of(layer.getFwd(), inputs);
                    return Outputs.withChannels(one, 2 * one.channels());
                },
                site -> directions(site.input().channels(), site.positions()),
                kept -> layer);
        return List.of(units, directions);
    }

    private static void resize(Layer layer, Kept kept) {
        Rules.parts(layer).get(0).resize().apply(kept);
    }

    private static Operation units(Bidirectional layer, Site site) {
        int half = site.parameters() / 2;
        Site first = new Site(site.inputs(), site.output(), site.offset(), half);
        Site second = new Site(site.inputs(), site.output(), site.offset() + half, half);
        Operation forward = Rules.operation(layer.getFwd(), first);
        Operation backward = Rules.operation(layer.getBwd(), second);
        if (!(layer.getFwd() instanceof BaseRecurrentLayer) || forward.kind() != Operation.Kind.STEM) {
            return Rules.unknown(
                    site, forward.protection().orElse("Deeplearning4j cannot train it around another wrapper"));
        }
        return both(forward, backward);
    }

    /** The stacked outputs of both directions: channel j comes from unit j modulo their number. */
    private static Operation directions(int units, long positions) {
        return Operation.accessory(
                2 * units, ChannelMap.flattenChannelsLast(units, 2), true, List.of(), Cost.free(positions));
    }

    /** An older layer that adds its directions, both with peepholes. */
    @SuppressWarnings("deprecation") // Stored networks still hold it.
    static Operation gravesBidirectionalLstm(GravesBidirectionalLSTM layer, Site site) {
        int half = site.parameters() / 2;
        Site second = new Site(site.inputs(), site.output(), site.offset() + half, half);
        return both(units(layer, site, 4, 3), units(layer, second, 4, 3));
    }

    private static Operation both(Operation forward, Operation backward) {
        List<ChannelSlices> slices = new ArrayList<>(forward.slices());
        slices.addAll(backward.slices());
        Cost one = forward.cost();
        Cost cost = new Cost(
                one.parameters().plus(backward.cost().parameters()),
                Cost.Terms.ZERO,
                one.flops().plus(backward.cost().flops()),
                one.positions());
        Optional<String> protection = forward.protection().or(backward::protection);
        Operation operation =
                Operation.stem(forward.channels(), forward.zeroPreserving() && backward.zeroPreserving(), slices, cost);
        return protection.map(operation::protectedBecause).orElse(operation);
    }

    /**
     * A recurrent layer that skips the steps at which all its inputs have one value. A channel that is always zero does not
     * change which steps these are if the value is zero; else its inputs must stay.
     */
    static List<Part> maskZero(MaskZeroLayer layer) {
        UnaryOperator<Operation> change =
                layer.getMaskingValue() == 0 ? UnaryOperator.identity() : Recurrent::readingAll;
        return Wrappers.inside(layer, layer.getUnderlying(), change);
    }

    private static Operation readingAll(Operation operation) {
        if (operation.kind() != Operation.Kind.STEM) {
            return operation;
        }
        List<ChannelSlices> own = operation.slices().stream()
                .filter(slices -> slices.role() != ChannelSlices.Role.CONSUMER)
                .toList();
        Operation reading = Operation.stem(operation.channels(), operation.zeroPreserving(), own, operation.cost());
        return operation.protection().map(reading::protectedBecause).orElse(reading);
    }

    /** A layer of plain features, run at each step. */
    static List<Part> timeDistributed(TimeDistributed layer) {
        boolean plain = layer.getUnderlying() instanceof DenseLayer
                || layer.getUnderlying() instanceof ActivationLayer
                || layer.getUnderlying() instanceof DropoutLayer;
        String other = "it repeats a %s over time"
                .formatted(layer.getUnderlying().getClass().getSimpleName());
        return List.of(Part.whole(
                layer,
                List.of(),
                site -> plain ? Rules.operation(layer.getUnderlying(), site) : Rules.unknown(site, other),
                kept -> {
                    resize(layer.getUnderlying(), kept);
                    return layer;
                }));
    }

    private static Operation gated(AbstractLSTM layer, Site site, int peepholes) {
        return units(layer, site, 4, peepholes);
    }

    private static Operation units(BaseRecurrentLayer layer, Site site, int gates, int peepholes) {
        int in = Math.toIntExact(layer.getNIn());
        int out = Math.toIntExact(layer.getNOut());
        int recurrent = site.offset() + in * gates * out;
        int columns = gates * out + peepholes;
        int biases = recurrent + out * columns;
        List<ChannelSlices> slices = new ArrayList<>(List.of(
                ChannelSlices.trainable(site.offset(), in, in, in * out, gates),
                ChannelSlices.trainable(recurrent, out, out, out * out, gates),
                ChannelSlices.trainable(biases, 1, 1, out, gates),
                ChannelSlices.consumer(0, site.offset(), 1, 1, in, gates * out),
                new ChannelSlices(ChannelSlices.Role.STATISTIC, 0, recurrent, 1, 1, out, gates * out)));
        if (peepholes > 0) {
            slices.add(ChannelSlices.trainable(recurrent + gates * out * out, 1, 1, out, peepholes));
        }
        Cost cost = new Cost(
                new Cost.Terms(gates, gates, gates + peepholes, 0, 0),
                Cost.Terms.ZERO,
                new Cost.Terms(gates * site.positions(), gates * site.positions(), 0, 0, 0),
                site.positions());
        return Stems.stem(layer, out, slices, cost);
    }
}
