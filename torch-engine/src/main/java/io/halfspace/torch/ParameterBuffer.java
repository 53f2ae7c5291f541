package io.halfspace.torch;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.Set;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The parameters of a network as libtorch sees them, and their gradient: two flat tensors that the caller reads and writes as
 * buffers, and for each parameter a leaf of the autograd graph that is a view of the first, and a view of the second that its
 * gradient goes into.
 *
 * <p>Lives as long as its engine and owns native memory. On the processor and in single precision a forward pass reads the
 * caller's buffer itself, and a backward pass writes it. Otherwise both tensors are there once more, on the device and in the
 * precision of the network, and the buffers are pinned for the transfer to a GPU.
 */
final class ParameterBuffer implements AutoCloseable {
    private final boolean apart;
    private final Tensor hostParameters;
    private final Tensor hostGradient;
    private final Tensor flat;
    private final Tensor flatGradient;
    /** By index of the parameter, as all arrays of tensors here. */
    private final Tensor[] leaves;

    private final Tensor[] slopes;
    private final List<Parameter> parameters;
    private final Set<Parameter> trained;

    /**
     * Allocates the buffers, whose values are undefined.
     *
     * @param trained parameters that gradients are wanted of
     * @param length of the flat vector, which the parameters cover
     */
    ParameterBuffer(
            List<Parameter> parameters, Set<Parameter> trained, int length, ScalarType type, TorchDevice device) {
        int covered = parameters.stream().mapToInt(Parameter::length).sum();
        if (covered != length) {
            throw new IllegalStateException("Parameters cover %d of %d values".formatted(covered, length));
        }
        apart = device.isGpu() || type != ScalarType.Float;
        hostParameters = host(length, device.isGpu());
        hostGradient = host(length, device.isGpu());
        flat = apart ? device.take(Tensors.empty(type, length)) : hostParameters;
        flatGradient = apart ? torch.empty_like(flat) : hostGradient;
        this.parameters = parameters;
        this.trained = trained;
        leaves = new Tensor[parameters.size()];
        slopes = new Tensor[parameters.size()];
        for (Parameter each : parameters) {
            Tensor leaf = view(flat, each).detach();
            leaf.set_requires_grad(trained.contains(each));
            leaves[each.index()] = leaf;
            slopes[each.index()] = view(flatGradient, each);
        }
    }

    private static Tensor host(int length, boolean pinned) {
        return torch.empty(
                new long[] {length},
                Tensors.options(ScalarType.Float).pinned_memory(new BoolOptional(pinned)),
                new MemoryFormatOptional());
    }

    /** What the caller writes parameters to. */
    FloatBuffer values() {
        return Tensors.buffer(hostParameters);
    }

    /** What the caller reads the gradient from. */
    FloatBuffer gradientValues() {
        return Tensors.buffer(hostGradient);
    }

    /** Has the leaves show what the caller has written; to be called before each use. */
    @SuppressWarnings("try")
    void take() {
        if (apart) {
            try (NoGradGuard guard = new NoGradGuard()) {
                flat.copy_(hostParameters, true);
            }
        }
    }

    Tensor leaf(Parameter parameter) {
        return leaves[parameter.index()];
    }

    /** Where the gradient of a parameter goes. */
    Tensor slope(Parameter parameter) {
        return slopes[parameter.index()];
    }

    /** The gradient that {@link #gradient} left, in the precision of the network. */
    double[] preciseGradient() {
        return Tensors.values(flatGradient).doubles();
    }

    /**
     * Runs the backward pass and writes the gradient.
     *
     * @param run the forward pass: its steps of running statistics, which have no gradient, take the place of one
     * @param outputs of the forward pass
     * @param slopes of the loss, at the outputs
     */
    @SuppressWarnings("try")
    void gradient(Run run, TensorVector outputs, TensorVector slopes) {
        Set<Parameter> written = new Backward(run, this, trained).run(outputs, slopes);
        try (NoGradGuard guard = new NoGradGuard()) {
            for (Run.StatisticStep step : run.steps()) {
                slope(step.parameter())
                        .copy_(step.value().reshape(step.parameter().shape()));
                written.add(step.parameter());
            }
            parameters.stream()
                    .filter(each -> !written.contains(each))
                    .forEach(each -> slope(each).zero_());
        }
        if (apart) {
            hostGradient.copy_(flatGradient);
        }
    }

    @Override
    public void close() {
        for (int index = 0; index < leaves.length; index++) {
            leaves[index].close();
            slopes[index].close();
        }
        if (apart) {
            flat.close();
            flatGradient.close();
        }
        hostParameters.close();
        hostGradient.close();
    }

    private static Tensor view(Tensor flat, Parameter parameter) {
        return torch.as_strided(flat, parameter.shape(), parameter.strides(), new LongOptional(parameter.offset()));
    }
}
