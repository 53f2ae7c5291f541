package io.halfspace.torch;

import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * One pass of a minibatch through the network; every tensor that it makes is freed when it ends.
 *
 * @param training whether dropout drops and batch norm takes the batch's own statistics
 * @param apart whether wide products are computed outside of the autograd graph: where nothing is learned, or where the rows
 *     are all that leads from what is before a product to what is behind it
 * @param rows number of examples
 * @param parameters of the network
 * @param images how images lie in memory
 * @param random what dropout draws from
 * @param inputs of the network, by name
 * @param steps collects the steps that running statistics should take
 * @param ownGradients collects what makes gradients of parameters that autograd takes for constants
 */
record Run(
        boolean training,
        boolean apart,
        int rows,
        ParameterBuffer parameters,
        ScalarType type,
        TorchDevice device,
        ImageMemory images,
        GeneratorOptional random,
        Map<String, Signal> inputs,
        List<StatisticStep> steps,
        List<OwnGradient> ownGradients) {
    /**
     * The step of a running statistic.
     *
     * @param value old value minus new value, as many values as the parameter has
     */
    record StatisticStep(Parameter parameter, Tensor value) {}

    Tensor tensor(Parameter parameter) {
        return parameters.leaf(parameter);
    }

    /** The same pass for a layer that is frozen: inference while the rest trains. */
    Run inferring() {
        return new Run(false, apart, rows, parameters, type, device, images, random, inputs, steps, ownGradients);
    }

    /** The same pass for a layer whose products are computed outside of the autograd graph. */
    Run withProductsApart() {
        return new Run(training, true, rows, parameters, type, device, images, random, inputs, steps, ownGradients);
    }
}
