package io.halfspace.torch;

import static io.halfspace.torch.Tensors.plus;
import static io.halfspace.torch.Tensors.scalar;
import static io.halfspace.torch.Tensors.times;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationCube;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationHardTanH;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationMish;
import org.nd4j.linalg.activations.impl.ActivationRationalTanh;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationRectifiedTanh;
import org.nd4j.linalg.activations.impl.ActivationSELU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationSoftSign;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.activations.impl.ActivationThresholdedReLU;

/**
 * Activation functions, one entry for each class of ND4J. Constants are in single precision where ND4J's are: networks in double
 * precision compute with them.
 */
final class Activations {
    /** Where the softplus of libtorch goes over to its asymptote: exact in double precision. */
    private static final double SOFTPLUS_LINEAR_FROM = 40;

    /** A function of one tensor within a pass; does not modify its argument. */
    interface Activation extends BiFunction<Tensor, Run, Tensor> {
        /**
         * The same function of what flows in, in place where that is allowed and possible. A result that is the argument itself
         * may still be overwritten if the argument could be.
         */
        default Signal apply(Signal input, Run run) {
            Tensor x = takesBlocks() ? input.tensor() : input.value();
            if (input.spare()) {
                return new Signal(overwriting(x, run), input.mask(), isIdentity());
            }
            return input.with(apply(x, run));
        }

        /** The function of a tensor that may be overwritten. */
        default Tensor overwriting(Tensor x, Run run) {
            return apply(x, run);
        }

        /** Whether it is computed of images in {@link Blocks}, too. */
        default boolean takesBlocks() {
            return isIdentity();
        }

        /** Whether it gives its argument. */
        default boolean isIdentity() {
            return false;
        }
    }

    /** One whose backward pass needs its result only, so that it can take its argument's place. */
    private record InPlace(UnaryOperator<Tensor> function, UnaryOperator<Tensor> inPlace, boolean takesBlocks)
            implements Activation {
        @Override
        public Tensor apply(Tensor x, Run run) {
            return function.apply(x);
        }

        @Override
        public Tensor overwriting(Tensor x, Run run) {
            inPlace.apply(x);
            return x;
        }
    }

    private record Identity() implements Activation {
        @Override
        public Tensor apply(Tensor x, Run run) {
            return x;
        }

        @Override
        public boolean isIdentity() {
            return true;
        }
    }

    private record Entry<T>(Class<T> type, Function<T, Activation> translation) {
        Activation of(IActivation activation) {
            return translation.apply(type.cast(activation));
        }
    }

    private static final List<Entry<?>> ALL = List.of(
            new Entry<>(ActivationIdentity.class, f -> new Identity()),
            new Entry<>(ActivationReLU.class, Activations::relu),
            new Entry<>(ActivationTanH.class, f -> new InPlace(torch::tanh, torch::tanh_, false)),
            new Entry<>(ActivationSigmoid.class, f -> new InPlace(torch::sigmoid, torch::sigmoid_, false)),
            plain(ActivationSoftmax.class, x -> torch.softmax(x, -1)),
            new Entry<>(ActivationLReLU.class, f -> {
                double slope = f.getAlpha();
                return (x, run) -> torch.leaky_relu(x, scalar(slope));
            }),
            new Entry<>(ActivationELU.class, Activations::elu),
            plain(ActivationSELU.class, torch::selu),
            new Entry<>(ActivationGELU.class, Activations::gelu),
            plain(ActivationSwish.class, torch::silu),
            plain(ActivationMish.class, x -> x.mul(torch.tanh(softplus(x)))),
            plain(ActivationSoftPlus.class, Activations::softplus),
            plain(ActivationSoftSign.class, x -> x.div(plus(torch.abs(x), 1))),
            plain(ActivationCube.class, Activations::cube),
            plain(ActivationReLU6.class, x -> torch.hardtanh(x, scalar(0), scalar(6))),
            plain(ActivationHardTanH.class, x -> torch.hardtanh(x, scalar(-1), scalar(1))),
            plain(ActivationHardSigmoid.class, x -> torch.hardtanh(plus(times(x, 0.2f), 0.5), scalar(0), scalar(1))),
            plain(ActivationRationalTanh.class, Activations::rationalTanh),
            plain(ActivationRectifiedTanh.class, x -> torch.relu(torch.tanh(x))),
            new Entry<>(ActivationThresholdedReLU.class, f -> {
                double theta = f.getTheta();
                return (x, run) -> torch.threshold(x, scalar(theta), scalar(0));
            }));

    private static final Map<Class<?>, Entry<?>> BY_TYPE =
            ALL.stream().collect(Collectors.toUnmodifiableMap(Entry::type, Function.identity()));

    private Activations() {}

    /**
     * The function of an activation.
     *
     * @throws UnsupportedLayerException if there is no entry for its class or its settings
     */
    static Activation of(IActivation activation, Site site) {
        Entry<?> entry = BY_TYPE.get(activation.getClass());
        if (entry == null) {
            throw site.unsupported("there is no rule for the activation %s"
                    .formatted(activation.getClass().getSimpleName()));
        }
        return entry.of(activation);
    }

    static Set<Class<?>> types() {
        return BY_TYPE.keySet();
    }

    private static <T> Entry<T> plain(Class<T> type, UnaryOperator<Tensor> function) {
        return new Entry<>(type, f -> (x, run) -> function.apply(x));
    }

    /** Deeplearning4j's gradient leaves alpha out. */
    private static Activation elu(ActivationELU elu) {
        double alpha = elu.getAlpha();
        if (alpha == ActivationELU.DEFAULT_ALPHA) {
            return (x, run) -> torch.elu(x);
        }
        return (x, run) -> Surrogate.of(torch.elu(x, scalar(alpha), scalar(1), scalar(1)), torch.elu(x));
    }

    /**
     * The precise one cubes the constant 0.044715 with {@code x}; in its gradient, which is no derivative of that, ND4J cubes
     * other rounded constants.
     */
    private static Activation gelu(ActivationGELU gelu) {
        if (!gelu.isPrecise()) {
            return (x, run) -> x.mul(torch.sigmoid(times(x, 1.702f)));
        }
        return (x, run) -> {
            Tensor bent = torch.tanh(times(x.add(cube(times(x, 0.044715))), Math.sqrt(2 / Math.PI)));
            Tensor value = times(x, 0.5).mul(plus(bent, 1));
            Tensor inner = times(x, 0.797885).add(cube(times(x, 0.0356774)));
            Tensor outer = times(x, 0.398942).add(cube(times(x, 0.0535161)));
            Tensor secant = torch.reciprocal(torch.cosh(inner));
            Tensor derivative = plus(outer.mul(torch.square(secant)).add(times(torch.tanh(inner), 0.5)), 0.5);
            return Surrogate.pointwise(value, x, derivative);
        };
    }

    private static Tensor cube(Tensor x) {
        return torch.pow(x, scalar(3));
    }

    private static Activation relu(ActivationReLU relu) {
        if (relu.getMax() == null && relu.getThreshold() == null && relu.getNegativeSlope() == null) {
            return new InPlace(torch::relu, torch::relu_, true);
        }
        double threshold = relu.getThreshold() == null ? 0 : relu.getThreshold();
        double slope = relu.getNegativeSlope() == null ? 0 : relu.getNegativeSlope();
        Double max = relu.getMax();
        return (x, run) -> {
            Tensor bent = threshold == 0
                    ? torch.leaky_relu(x, scalar(slope))
                    : torch.where(x.ge(scalar(threshold)), x, times(plus(x, -threshold), slope));
            return max == null ? bent : torch.clamp(bent, new ScalarOptional(), new ScalarOptional(scalar(max)));
        };
    }

    private static Tensor softplus(Tensor x) {
        return torch.softplus(x, scalar(1), scalar(SOFTPLUS_LINEAR_FROM));
    }

    /** 1.7159 tanh(2x/3) with tanh(a) approximated by sgn(a) (1 - 1 / (1 + |a| + a^2 + 1.41645 a^4)). */
    private static Tensor rationalTanh(Tensor x) {
        Tensor scaled = times(x, 2f / 3);
        Tensor size = torch.abs(scaled);
        Tensor square = scaled.mul(scaled);
        Tensor sum = plus(size.add(square).add(times(square.mul(square), 1.41645f)), 1);
        return times(torch.sign(scaled).mul(plus(torch.reciprocal(sum).neg(), 1)), 1.7159f);
    }
}
