package io.halfspace.torch;

import static io.halfspace.torch.Tensors.plus;
import static io.halfspace.torch.Tensors.scalar;
import static io.halfspace.torch.Tensors.times;

import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.L2Vertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PoolHelperVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.graph.UnstackVertex;

/** Vertices without parameters. */
final class Vertices {
    private Vertices() {}

    static Step elementWise(ElementWiseVertex vertex, Site site) {
        return (run, inputs) -> {
            Optional<Mask> mask = anyPresent(inputs);
            boolean inBlocks = vertex.getOp() == ElementWiseVertex.Op.Add && Blocks.meet(inputs);
            List<Tensor> values = inputs.stream()
                    .map(each -> inBlocks ? Blocks.of(each.tensor()) : each.value())
                    .toList();
            Tensor value = switch (vertex.getOp()) {
                case Add -> fold(values, (a, b) -> a.add(b));
                case Average -> times(fold(values, (a, b) -> a.add(b)), 1.0 / inputs.size());
                case Product -> fold(values, (a, b) -> a.mul(b));
                case Subtract -> fold(values, (a, b) -> a.sub(b));
                // Of equal values Deeplearning4j takes the first.
                case Max -> fold(values, (a, b) -> torch.where(a.ge(b), a, b));
            };
            Signal result = new Signal(value, mask);
            return inputs.size() > 1 ? result.overwritable() : result;
        };
    }

    static Step merge(MergeVertex vertex, Site site) {
        int axis = vertex.getMergeAxis();
        return (run, inputs) ->
                inputs.size() == 1 ? inputs.get(0) : new Signal(torch.cat(values(inputs), axis), anyPresent(inputs));
    }

    static Step.Unary subset(SubsetVertex vertex, Site site) {
        long length = vertex.getTo() - vertex.getFrom() + 1;
        return (run, input) -> input.with(input.value().narrow(1, vertex.getFrom(), length));
    }

    /** Rows of all inputs one below the other; shorter series would have to be padded. */
    static Step stack(StackVertex vertex, Site site) {
        return (run, inputs) -> {
            Signal first = inputs.get(0);
            boolean masks = inputs.stream().anyMatch(each -> each.mask().isPresent());
            for (Signal each : inputs) {
                if (first.rank() == 3 && each.size(2) != first.size(2)) {
                    throw new IllegalArgumentException(
                            "Cannot stack series of different lengths: found %d and %d steps, expected the same"
                                    .formatted(first.size(2), each.size(2)));
                }
            }
            Tensor stacked = torch.cat(values(inputs), 0);
            if (!masks) {
                return Signal.of(stacked);
            }
            TensorVector all = new TensorVector();
            for (Signal each : inputs) {
                all.push_back(each.mask()
                        .map(Mask::values)
                        .orElseGet(() -> stacked.new_ones(
                                each.rank() == 3
                                        ? new long[] {each.size(0), each.size(2)}
                                        : new long[] {each.size(0), 1})));
            }
            boolean active =
                    inputs.stream().flatMap(each -> each.mask().stream()).anyMatch(Mask::active);
            return new Signal(stacked, Optional.of(new Mask(torch.cat(all, 0), active)));
        };
    }

    static Step.Unary unstack(UnstackVertex vertex, Site site) {
        return (run, input) -> {
            long rows = input.size(0) / vertex.getStackSize();
            long from = vertex.getFrom() * rows;
            return new Signal(
                    input.value().narrow(0, from, rows),
                    input.mask().map(mask -> new Mask(mask.values().narrow(0, from, rows), mask.active())));
        };
    }

    static Step.Unary scale(ScaleVertex vertex, Site site) {
        return (run, input) -> input.with(times(input.value(), vertex.getScaleFactor()));
    }

    static Step.Unary shift(ShiftVertex vertex, Site site) {
        return (run, input) -> input.with(plus(input.value(), vertex.getShiftFactor()));
    }

    static Step.Unary preprocessor(PreprocessorVertex vertex, Site site) {
        return Preprocessors.optional(vertex.getPreProcessor(), site);
    }

    static Step.Unary reshape(ReshapeVertex vertex, Site site) {
        if (vertex.getReshapeOrder() != 'c') {
            throw site.unsupported("it reshapes in F order, expected C order");
        }
        return (run, input) -> {
            if (input.mask().isPresent()) {
                throw new IllegalArgumentException(
                        "Cannot reshape '%s': found masked values, expected none".formatted(site.name()));
            }
            return input.with(input.value().reshape(Tensors.longs(vertex.getNewShape())));
        };
    }

    static Step.Unary l2Normalize(L2NormalizeVertex vertex, Site site) {
        int[] given = vertex.getDimension();
        return (run, input) -> {
            long[] axes = given != null && given.length > 0 ? Tensors.longs(given) : allButFirst(input.rank());
            Tensor length = torch.sqrt(torch.square(input.value()).sum(axes, true, new ScalarTypeOptional()));
            Tensor safe = torch.clamp(length, new ScalarOptional(scalar(vertex.getEps())), new ScalarOptional());
            return input.with(input.value().div(safe));
        };
    }

    /** Euclidean distance of two inputs, one value an example. */
    static Step l2(L2Vertex vertex, Site site) {
        return (run, inputs) -> {
            Tensor difference = inputs.get(0).value().sub(inputs.get(1).value());
            Tensor squares =
                    torch.square(difference).sum(allButFirst(inputs.get(0).rank()), false, new ScalarTypeOptional());
            return new Signal(torch.sqrt(squares).unsqueeze(1), inputs.get(0).mask());
        };
    }

    /** Leaves out the first row and column of images. */
    static Step.Unary poolHelper(PoolHelperVertex vertex, Site site) {
        return (run, input) ->
                input.with(input.value().narrow(2, 1, input.size(2) - 1).narrow(3, 1, input.size(3) - 1));
    }

    /** Where any input is present; no mask if one input has none. */
    static Optional<Mask> anyPresent(List<Signal> inputs) {
        if (inputs.stream().anyMatch(each -> each.mask().isEmpty())) {
            return Optional.empty();
        }
        Mask first = inputs.get(0).mask().get();
        Tensor any = first.values();
        boolean active = first.active();
        for (Signal each : inputs.subList(1, inputs.size())) {
            any = torch.maximum(any, each.mask().get().values());
            active |= each.mask().get().active();
        }
        return Optional.of(
                inputs.size() == 1
                        ? first
                        : new Mask(any.ne(scalar(0)).to(first.values().scalar_type()), active));
    }

    static TensorVector values(List<Signal> inputs) {
        return new TensorVector(inputs.stream().map(Signal::value).toArray(Tensor[]::new));
    }

    private static long[] allButFirst(int rank) {
        long[] axes = new long[rank - 1];
        for (int i = 0; i < axes.length; i++) {
            axes[i] = i + 1;
        }
        return axes;
    }

    private static Tensor fold(List<Tensor> values, BinaryOperator<Tensor> operation) {
        return values.stream().reduce(operation).orElseThrow();
    }
}
