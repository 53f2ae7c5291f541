package io.halfspace.torch;

import io.halfspace.torch.Activations.Activation;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.AbstractLSTM;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.GravesBidirectionalLSTM;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;

/** Recurrent layers. States start at zero in every pass; truncation of long series is the caller's. */
final class Recurrent {
    private Recurrent() {}

    /** From inputs of all steps to states of all steps. */
    interface Cell {
        /**
         * @param steps {@code [steps, rows, features]}
         * @param mask {@code [rows, steps]}: where it is 0 the state becomes zero
         */
        Tensor run(Run run, Tensor steps, Optional<Tensor> mask);
    }

    static Step.Unary lstm(LSTM layer, Site site) {
        return layer(layer, site, LstmCell.of(layer, site, "", false), false);
    }

    @SuppressWarnings("deprecation") // Stored networks still hold layers of Graves.
    static Step.Unary gravesLstm(GravesLSTM layer, Site site) {
        return layer(layer, site, LstmCell.of(layer, site, "", true), false);
    }

    @SuppressWarnings("deprecation")
    static Step.Unary gravesBidirectionalLstm(GravesBidirectionalLSTM layer, Site site) {
        Activation activation = Activations.of(layer.getActivationFn(), site);
        Activation gates = Activations.of(layer.getGateActivationFn(), site);
        Cell forwards = LstmCell.of(activation, gates, site, "F", true, false);
        Cell backwards = LstmCell.of(activation, gates, site, "B", true, false);
        return layer(
                layer,
                site,
                (run, steps, mask) -> forwards.run(run, steps, mask)
                        .add(reversed(backwards.run(run, reversed(steps), mask.map(each -> torch.flip(each, 1))))),
                true);
    }

    static Step.Unary simple(SimpleRnn layer, Site site) {
        if (layer.hasLayerNorm()) {
            throw site.unsupported("Deeplearning4j itself cannot run a SimpleRnn with layer normalization");
        }
        Affine input = Affine.of(site);
        Parameter recurrent = site.weight("RW");
        Activation activation = Activations.of(layer.getActivationFn(), site);
        return layer(layer, site, (run, steps, mask) -> simple(run, steps, mask, input, recurrent, activation), true);
    }

    private static Tensor simple(
            Run run, Tensor steps, Optional<Tensor> mask, Affine input, Parameter recurrent, Activation activation) {
        long rows = steps.size(1);
        Tensor given = input.apply(run, steps.reshape(steps.size(0) * rows, steps.size(2)))
                .reshape(steps.size(0), rows, recurrent.shape()[0]);
        Tensor weights = run.tensor(recurrent);
        TensorVector states = new TensorVector();
        Tensor state = given.new_zeros(rows, recurrent.shape()[0]);
        for (long t = 0; t < steps.size(0); t++) {
            state = activation.apply(torch.addmm(given.select(0, t), state, weights), run);
            if (mask.isPresent()) {
                state = state.mul(mask.get().narrow(1, t, 1));
            }
            states.push_back(state);
        }
        return torch.stack(states, 0);
    }

    /**
     * A layer around a cell.
     *
     * @param masked whether it takes the mask that flows along by itself
     */
    private static Step.Unary layer(BaseRecurrentLayer layer, Site site, Cell cell, boolean masked) {
        FeedForward.withoutNoise(layer, site);
        Step.Unary dropout = Dropouts.of(layer.getIDropout(), site);
        RNNFormat format = layer.getRnnDataFormat();
        boolean passes = layer instanceof AbstractLSTM;
        return (run, input) -> {
            if (input.rank() != 3) {
                throw new IllegalArgumentException("Cannot run '%s': found input of %d axes, expected a series"
                        .formatted(site.name(), input.rank()));
            }
            Tensor steps = Series.stepsFirst(dropout.apply(run, input).value(), format);
            Optional<Tensor> mask =
                    input.mask().filter(each -> masked || each.resets()).map(Mask::values);
            Tensor states = cell.run(run, steps, mask);
            return new Signal(
                    Series.fromStepsFirst(states, format),
                    passes && !masked ? input.mask().map(Mask::passive) : input.mask());
        };
    }

    static Tensor reversed(Tensor steps) {
        return torch.flip(steps, 0);
    }
}
