package io.halfspace.torch;

import static io.halfspace.torch.Tensors.plus;
import static io.halfspace.torch.Tensors.scalar;
import static io.halfspace.torch.Tensors.times;

import io.halfspace.torch.Activations.Activation;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossCosineProximity;
import org.nd4j.linalg.lossfunctions.impl.LossHinge;
import org.nd4j.linalg.lossfunctions.impl.LossKLD;
import org.nd4j.linalg.lossfunctions.impl.LossL1;
import org.nd4j.linalg.lossfunctions.impl.LossL2;
import org.nd4j.linalg.lossfunctions.impl.LossMAE;
import org.nd4j.linalg.lossfunctions.impl.LossMAPE;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.lossfunctions.impl.LossMSLE;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;
import org.nd4j.linalg.lossfunctions.impl.LossPoisson;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossSquaredHinge;
import org.nd4j.linalg.lossfunctions.impl.LossWasserstein;

/** Loss functions, one entry for each class of ND4J; any other is asked itself, through ND4J. */
final class Losses {
    /** ND4J's smallest divisor. */
    private static final double EPSILON = 1e-5;

    /** A loss that waits for the activation of its layer. */
    interface Translated {
        Loss withActivation(IActivation activation, Activation translated);
    }

    private record Entry<T>(Class<T> type, Function<T, Translated> translation) {
        Translated of(ILossFunction function) {
            return translation.apply(type.cast(function));
        }
    }

    private static final List<Entry<?>> ALL = List.of(
            new Entry<>(LossMCXENT.class, CrossEntropy::of),
            new Entry<>(LossNegativeLogLikelihood.class, CrossEntropy::of),
            new Entry<>(LossSparseMCXENT.class, CrossEntropy::of),
            new Entry<>(LossBinaryXENT.class, CrossEntropy::binary),
            new Entry<>(LossL1.class, f -> absolute().weighted(f.getWeights())),
            new Entry<>(LossMAE.class, f -> absolute().weighted(f.getWeights()).perColumn()),
            new Entry<>(LossL2.class, f -> squared().weighted(f.getWeights())),
            new Entry<>(LossMSE.class, f -> squared().weighted(f.getWeights()).perColumn()),
            new Entry<>(
                    LossMAPE.class,
                    f -> PointLoss.of(
                                    (y, o) -> times(torch.abs(y.sub(o).div(y)), 100),
                                    (y, o) -> times(torch.sign(y.sub(o)).div(torch.abs(y)), -100))
                            .weighted(f.getWeights())
                            .perColumn()),
            new Entry<>(
                    LossMSLE.class,
                    f -> PointLoss.of(
                                    (y, o) -> torch.square(logRatio(y, o)),
                                    (y, o) -> times(logRatio(y, o).div(plus(o, 1)), 2))
                            .weighted(f.getWeights())
                            .perColumn()),
            new Entry<>(
                    LossKLD.class,
                    f -> PointLoss.of(
                            (y, o) -> clipped(y).mul(torch.log(clipped(y).div(clipped(o)))),
                            (y, o) -> y.div(o).neg())),
            new Entry<>(
                    LossPoisson.class,
                    f -> PointLoss.of(
                            (y, o) -> o.sub(torch.log(o).mul(y)),
                            (y, o) -> plus(y.div(o).neg(), 1))),
            new Entry<>(
                    LossWasserstein.class,
                    f -> PointLoss.of((y, o) -> y.mul(o), (y, o) -> y).perColumn()),
            new Entry<>(
                    LossHinge.class,
                    f -> PointLoss.of(
                            (y, o) -> torch.relu(margin(y, o)),
                            (y, o) -> y.neg().mul(margin(y, o).gt(scalar(0))))),
            new Entry<>(
                    LossSquaredHinge.class,
                    f -> PointLoss.of(
                            (y, o) -> torch.square(torch.relu(margin(y, o))),
                            (y, o) -> times(torch.relu(margin(y, o)).mul(y), -2))),
            new Entry<>(LossCosineProximity.class, f -> PointLoss.of(Losses::cosine, Losses::cosineSlope)));

    private static final Map<Class<?>, Entry<?>> BY_TYPE =
            ALL.stream().collect(Collectors.toUnmodifiableMap(Entry::type, Function.identity()));

    private Losses() {}

    /**
     * A loss with the activation of its layer.
     *
     * @throws UnsupportedLayerException if there is no rule for the activation
     */
    static Loss of(ILossFunction function, IActivation activation, Site site) {
        Activation translated = Activations.of(activation, site);
        Entry<?> entry = BY_TYPE.get(function.getClass());
        if (entry == null) {
            return new ForeignLoss(function, activation, translated);
        }
        return entry.of(function).withActivation(activation, translated);
    }

    static Set<Class<?>> types() {
        return BY_TYPE.keySet();
    }

    private static PointLoss absolute() {
        return PointLoss.of((y, o) -> torch.abs(o.sub(y)), (y, o) -> torch.sign(o.sub(y)));
    }

    private static PointLoss squared() {
        return PointLoss.of((y, o) -> torch.square(o.sub(y)), (y, o) -> times(o.sub(y), 2));
    }

    private static Tensor logRatio(Tensor labels, Tensor output) {
        return torch.log(plus(output, 1).div(plus(labels, 1)));
    }

    private static Tensor margin(Tensor labels, Tensor output) {
        return plus(labels.mul(output).neg(), 1);
    }

    private static Tensor clipped(Tensor values) {
        return clamp(values, EPSILON, 1);
    }

    static Tensor clamp(Tensor values, double from, double to) {
        return torch.clamp(values, new ScalarOptional(scalar(from)), new ScalarOptional(scalar(to)));
    }

    private static Tensor cosine(Tensor labels, Tensor output) {
        return labels.mul(output)
                .div(atLeastEpsilon(length(output)))
                .div(atLeastEpsilon(length(labels)))
                .neg();
    }

    private static Tensor cosineSlope(Tensor labels, Tensor output) {
        Tensor size = length(output);
        Tensor square = size.mul(size);
        Tensor dot = labels.mul(output).sum(new long[] {1}, true, new ScalarTypeOptional());
        return labels.mul(square)
                .sub(output.mul(dot))
                .div(atLeastEpsilon(length(labels)))
                .div(atLeastEpsilon(size).mul(atLeastEpsilon(square)))
                .neg();
    }

    private static Tensor length(Tensor rows) {
        return torch.sqrt(torch.square(rows).sum(new long[] {1}, true, new ScalarTypeOptional()));
    }

    private static Tensor atLeastEpsilon(Tensor values) {
        return torch.clamp(values, new ScalarOptional(scalar(EPSILON)), new ScalarOptional());
    }
}
