package io.halfspace.torch;

import io.halfspace.dl4j.Values;
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
 * The parameters of a network as libtorch sees them: one flat tensor, and for each parameter a leaf of the autograd graph
 * that is a view of it.
 *
 * <p>Lives as long as its engine and owns native memory, on the device and, for a GPU, once more on the host for the
 * transfer. A backward pass gives for each leaf the tensor that the last operation wrote; it is copied once, into the caller's
 * array or, on a GPU, through one flat tensor.
 */
final class ParameterBuffer implements AutoCloseable {
    private final List<Parameter> parameters;
    private final ScalarType type;
    private final int length;
    private final boolean remote;
    private final Tensor host;
    private final Tensor flat;
    private final Tensor flatGradient;
    private final Tensor[] leaves;
    private final Set<Parameter> trained;

    /**
     * Allocates the buffer; values are undefined until {@link #set}.
     *
     * @param trained parameters that gradients are wanted of
     * @param length of the flat vector
     */
    ParameterBuffer(
            List<Parameter> parameters, Set<Parameter> trained, int length, ScalarType type, TorchDevice device) {
        this.parameters = parameters;
        this.type = type;
        this.length = length;
        remote = device.isGpu();
        host = torch.empty(
                new long[] {length},
                Tensors.options(type).pinned_memory(new BoolOptional(remote)),
                new MemoryFormatOptional());
        flat = remote ? device.take(host) : host;
        flatGradient = remote ? torch.zeros_like(flat) : new Tensor();
        this.trained = trained;
        leaves = new Tensor[parameters.size()];
        for (Parameter each : parameters) {
            Tensor leaf = view(flat, each).detach();
            leaf.set_requires_grad(trained.contains(each));
            leaves[each.index()] = leaf;
        }
    }

    /** Overwrites all parameters; {@code values} is not modified. */
    void set(float[] values) {
        if (values.length != length) {
            throw new IllegalArgumentException(
                    "Cannot set parameters: found %d values, expected %d".formatted(values.length, length));
        }
        Tensors.write(Values.of(values, length), host);
        if (remote) {
            flat.copy_(host, true);
        }
    }

    Tensor leaf(Parameter parameter) {
        return leaves[parameter.index()];
    }

    /**
     * Runs the backward pass and hands the gradients on.
     *
     * @param run the forward pass: its steps of running statistics, which have no gradient, take the place of one
     * @param outputs of the forward pass
     * @param slopes of the loss, at the outputs
     */
    @SuppressWarnings("try")
    void gradient(Run run, TensorVector outputs, TensorVector slopes, Sink sink) {
        TensorVector wanted = new TensorVector();
        trained.forEach(each -> wanted.push_back(leaf(each)));
        run.products().forEach(each -> wanted.push_back(each.result()));
        TensorVector gradients = torch.grad(outputs, wanted, slopes, new BoolOptional(), false, true);
        Tensor[] found = new Tensor[parameters.size()];
        for (Run.StatisticStep step : run.steps()) {
            Parameter parameter = step.parameter();
            found[parameter.index()] = step.value().to(type).reshape(parameter.shape());
        }
        int next = 0;
        for (Parameter each : trained) {
            Tensor gradient = gradients.get(next++);
            if (gradient.defined()) {
                found[each.index()] = gradient;
            }
        }
        Product[] products = new Product[parameters.size()];
        for (Product each : run.products()) {
            Tensor slope = gradients.get(next++);
            int index = each.weight().index();
            if (found[index] != null) {
                throw new IllegalStateException("Parameter %d has two gradients, expected one".formatted(index));
            }
            if (slope.defined()) {
                found[index] = slope;
                products[index] = each;
            }
        }
        try (NoGradGuard guard = new NoGradGuard()) {
            handOn(found, products, sink);
        }
    }

    /**
     * Tells a sink each gradient.
     *
     * @param found by parameter, its gradient or, where there is a product, that of the product's result; null if there is none
     */
    private void handOn(Tensor[] found, Product[] products, Sink sink) {
        if (remote) {
            flatGradient.zero_();
            for (Parameter each : parameters) {
                if (found[each.index()] != null) {
                    view(flatGradient, each).copy_(found[each.index()]);
                }
            }
            host.copy_(flatGradient);
            sink.take(host, 0, length);
            return;
        }
        int end = 0;
        for (Parameter each : parameters) {
            if (found[each.index()] == null) {
                sink.zero(each.offset(), each.length());
            } else if (products[each.index()] != null) {
                products[each.index()].gradient(found[each.index()], sink);
            } else {
                sink.take(inParameterOrder(found[each.index()], each), each.offset(), each.length());
            }
            end += each.length();
        }
        if (end != length) {
            throw new IllegalStateException("Parameters cover %d of %d values".formatted(end, length));
        }
    }

    @Override
    public void close() {
        for (Tensor leaf : leaves) {
            leaf.close();
        }
        flatGradient.close();
        if (remote) {
            flat.close();
        }
        host.close();
    }

    private Tensor inParameterOrder(Tensor gradient, Parameter parameter) {
        long[] shape = parameter.shape();
        long[] strides = parameter.strides();
        for (int i = 0; i < shape.length; i++) {
            if (shape[i] > 1 && gradient.stride(i) != strides[i]) {
                Tensor ordered = Tensors.empty(type, parameter.length());
                torch.as_strided(ordered, shape, strides).copy_(gradient);
                return ordered;
            }
        }
        return gradient;
    }

    private static Tensor view(Tensor flat, Parameter parameter) {
        return torch.as_strided(flat, parameter.shape(), parameter.strides(), new LongOptional(parameter.offset()));
    }
}
