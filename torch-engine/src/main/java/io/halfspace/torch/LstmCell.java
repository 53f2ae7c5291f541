package io.halfspace.torch;

import io.halfspace.torch.Activations.Activation;
import java.util.Optional;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.deeplearning4j.nn.conf.layers.AbstractLSTM;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationTanH;

/**
 * Long short-term memory. Deeplearning4j keeps four blocks of columns: cell input, forget, output and input gate; with
 * peepholes three more columns, from the memory to forget, output and input gate.
 *
 * @param usual whether activation and gates are libtorch's own (tanh and sigmoid), whose fused kernels are faster
 */
record LstmCell(
        Parameter input,
        Parameter recurrent,
        Parameter bias,
        Activation activation,
        Activation gates,
        boolean peepholes,
        boolean usual)
        implements Recurrent.Cell {
    static LstmCell of(AbstractLSTM layer, Site site, String suffix, boolean peepholes) {
        boolean usual = layer.getActivationFn() instanceof ActivationTanH
                && layer.getGateActivationFn() instanceof ActivationSigmoid;
        return of(
                Activations.of(layer.getActivationFn(), site),
                Activations.of(layer.getGateActivationFn(), site),
                site,
                suffix,
                peepholes,
                usual);
    }

    static LstmCell of(
            Activation activation, Activation gates, Site site, String suffix, boolean peepholes, boolean usual) {
        return new LstmCell(
                site.weight("W" + suffix),
                site.weight("RW" + suffix),
                site.weight("b" + suffix),
                activation,
                gates,
                peepholes,
                usual && !peepholes);
    }

    @Override
    public Tensor run(Run run, Tensor steps, Optional<Tensor> mask) {
        return usual && mask.isEmpty() ? fused(run, steps) : stepByStep(run, steps, mask);
    }

    private long size() {
        return recurrent.shape()[0];
    }

    private Tensor fused(Run run, Tensor steps) {
        Tensor biases = LstmWeights.of(run, bias).reshape(4 * size());
        TensorVector weights = Tensors.vector(
                LstmWeights.of(run, input), LstmWeights.of(run, recurrent), biases, torch.zeros_like(biases));
        Tensor zero = steps.new_zeros(1, steps.size(1), size());
        T_TensorTensorTensor_T states = torch.lstm(
                steps.contiguous(), Tensors.vector(zero, zero), weights, true, 1, 0, run.training(), false, false);
        return states.get0();
    }

    private Tensor stepByStep(Run run, Tensor steps, Optional<Tensor> mask) {
        long rows = steps.size(1);
        Tensor given = torch.addmm(
                        run.tensor(bias).reshape(4 * size()),
                        steps.reshape(steps.size(0) * rows, steps.size(2)),
                        run.tensor(input))
                .reshape(steps.size(0), rows, 4 * size());
        Tensor weights = run.tensor(recurrent).narrow(1, 0, 4 * size());
        Tensor state = steps.new_zeros(rows, size());
        Tensor memory = steps.new_zeros(rows, size());
        TensorVector states = new TensorVector();
        for (long t = 0; t < steps.size(0); t++) {
            Tensor z = torch.addmm(given.select(0, t), state, weights);
            Tensor cellInput = activation.apply(block(z, 0), run);
            Tensor forget = gates.apply(through(run, block(z, 1), memory, 0), run);
            Tensor gate = gates.apply(through(run, block(z, 3), memory, 2), run);
            memory = forget.mul(memory).add(gate.mul(cellInput));
            Tensor output = gates.apply(through(run, block(z, 2), memory, 1), run);
            state = output.mul(activation.apply(memory, run));
            if (mask.isPresent()) {
                Tensor present = mask.get().narrow(1, t, 1);
                state = state.mul(present);
                memory = memory.mul(present);
            }
            states.push_back(state);
        }
        return torch.stack(states, 0);
    }

    private Tensor block(Tensor z, int block) {
        return z.narrow(1, block * size(), size());
    }

    /** Adds what a peephole lets through. */
    private Tensor through(Run run, Tensor z, Tensor memory, int peephole) {
        return peepholes ? z.add(memory.mul(run.tensor(recurrent).select(1, 4 * size() + peephole))) : z;
    }
}
