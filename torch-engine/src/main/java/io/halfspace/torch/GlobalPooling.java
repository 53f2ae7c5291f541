package io.halfspace.torch;

import static io.halfspace.torch.Tensors.scalar;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;

/** Pooling over all positions: one value an example and channel, from those that a mask says are present. */
final class GlobalPooling {
    private GlobalPooling() {}

    static Step.Unary of(GlobalPoolingLayer layer, Site site) {
        int[] given = layer.getPoolingDimensions();
        PoolingType type = layer.getPoolingType();
        int p = layer.getPnorm();
        return (run, input) -> {
            Tensor x = input.value();
            long[] axes = given != null
                    ? Tensors.longs(given)
                    : IntStream.range(2, input.rank()).asLongStream().toArray();
            Optional<Tensor> mask = input.mask().map(each -> along(each.values(), x, axes));
            Tensor pooled = switch (type) {
                case MAX -> largest(mask.map(each -> x.add(torch.log(each))).orElse(x), axes);
                case SUM -> sum(PointLoss.masked(x, mask), axes);
                case AVG ->
                    mask.isPresent()
                            ? sum(x.mul(mask.get()), axes)
                                    .div(count(input.mask().get().values()))
                            : x.mean(axes, false, new ScalarTypeOptional());
                case PNORM ->
                    torch.pow(sum(torch.pow(torch.abs(PointLoss.masked(x, mask)), scalar(p)), axes), scalar(1.0 / p));
            };
            return Signal.of(layer.isCollapseDimensions() ? pooled : withPositions(pooled, input.rank()));
        };
    }

    /** One of the largest values, so that the gradient goes to one of several equal ones. */
    private static Tensor largest(Tensor x, long[] axes) {
        Tensor last = x.movedim(
                axes,
                IntStream.range((int) x.dim() - axes.length, (int) x.dim())
                        .asLongStream()
                        .toArray());
        return torch.max(last.flatten(-axes.length, -1), -1, false).get0();
    }

    private static Tensor sum(Tensor x, long[] axes) {
        return x.sum(axes, false, new ScalarTypeOptional());
    }

    /** What Deeplearning4j divides by: the mask's own values, not the positions that each of them covers. */
    private static Tensor count(Tensor mask) {
        return mask.flatten(1, -1).sum(new long[] {1}, true, new ScalarTypeOptional());
    }

    private static Tensor withPositions(Tensor pooled, int rank) {
        long[] shape = new long[rank];
        Arrays.fill(shape, 1);
        shape[0] = pooled.size(0);
        shape[1] = pooled.size(1);
        return pooled.reshape(shape);
    }

    /** A mask in the shape of what it masks, but one channel. */
    private static Tensor along(Tensor mask, Tensor x, long[] axes) {
        int rank = (int) x.dim();
        int channelAxis = IntStream.range(1, rank)
                .filter(axis -> IntStream.range(0, axes.length).noneMatch(i -> axes[i] == axis))
                .findFirst()
                .orElse(1);
        return Rows.maskAlong(mask, Tensors.shape(x), channelAxis);
    }
}
