package io.halfspace.dl4j;

import io.halfspace.graph.ChannelSlices;
import io.halfspace.graph.Operation;
import java.util.Optional;
import java.util.Set;
import org.deeplearning4j.nn.api.layers.LayerConstraint;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.constraint.MinMaxNormConstraint;
import org.deeplearning4j.nn.conf.constraint.NonNegativeConstraint;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.conf.weightnoise.IWeightNoise;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationCube;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationHardSigmoid;
import org.nd4j.linalg.activations.impl.ActivationHardTanH;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationMish;
import org.nd4j.linalg.activations.impl.ActivationRReLU;
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

/** What keeps zeros zero: activation functions, and what Deeplearning4j does to weights between steps. */
final class Zeros {
    /** Elementwise, and exactly zero at zero. */
    private static final Set<Class<?>> PRESERVING = Set.of(
            ActivationCube.class,
            ActivationELU.class,
            ActivationGELU.class,
            ActivationHardTanH.class,
            ActivationIdentity.class,
            ActivationLReLU.class,
            ActivationMish.class,
            ActivationRationalTanh.class,
            ActivationReLU.class,
            ActivationReLU6.class,
            ActivationRectifiedTanh.class,
            ActivationSELU.class,
            ActivationSoftSign.class,
            ActivationSwish.class,
            ActivationTanH.class,
            ActivationThresholdedReLU.class);

    /** At inference, Deeplearning4j's randomized relu never gives less than its mean slope, not even at zero. */
    private static final Set<Class<?>> BREAKING = Set.of(
            ActivationHardSigmoid.class,
            ActivationRReLU.class,
            ActivationSigmoid.class,
            ActivationSoftPlus.class,
            ActivationSoftmax.class);

    /** Constraints that leave a zero vector zero; dividing by its norm, as UnitNormConstraint does, gives NaN. */
    private static final Set<Class<?>> HARMLESS_CONSTRAINTS =
            Set.of(MaxNormConstraint.class, MinMaxNormConstraint.class, NonNegativeConstraint.class);

    private Zeros() {}

    /** Why an activation function does not keep zeros, or empty if it does. */
    static Optional<String> broken(IActivation activation) {
        if (activation instanceof ActivationReLU relu && !zeroAtZero(relu)) {
            return Optional.of("its activation %s with threshold %s does not map zero to zero"
                    .formatted(activation, relu.getThreshold()));
        }
        if (PRESERVING.contains(activation.getClass())) {
            return Optional.empty();
        }
        String name = BREAKING.contains(activation.getClass())
                ? activation.toString()
                : activation.getClass().getSimpleName();
        String verb = BREAKING.contains(activation.getClass()) ? "does not" : "is not known to";
        return Optional.of("its activation %s %s map zero to zero".formatted(name, verb));
    }

    /** The operation after an activation function. */
    static Operation after(Operation operation, IActivation activation) {
        return broken(activation)
                .map(reason -> new Operation(
                        operation.kind(),
                        operation.channels(),
                        operation.map(),
                        false,
                        operation.neutralToMissing(),
                        operation.needsFirstInput(),
                        operation.slices(),
                        operation.cost(),
                        operation.leastInputs(),
                        operation.leastChannels(),
                        Optional.of(reason)))
                .orElse(operation);
    }

    /** The operation, protected if Deeplearning4j would not leave zero parameters of the layer zero. */
    static Operation kept(Object configuration, Operation operation) {
        boolean trainable = operation.slices().stream().anyMatch(Zeros::isOwn);
        if (!trainable || operation.protection().isPresent() || !(configuration instanceof Layer layer)) {
            return operation;
        }
        return restless(layer).map(operation::protectedBecause).orElse(operation);
    }

    private static boolean isOwn(ChannelSlices slices) {
        return slices.role() == ChannelSlices.Role.TRAINABLE;
    }

    private static Optional<String> restless(Layer layer) {
        if (layer.getConstraints() != null) {
            for (LayerConstraint constraint : layer.getConstraints()) {
                if (!HARMLESS_CONSTRAINTS.contains(constraint.getClass())) {
                    return Optional.of("its constraint %s does not keep zero weights zero"
                            .formatted(constraint.getClass().getSimpleName()));
                }
            }
        }
        if (layer instanceof BaseLayer base && base.getWeightNoise() != null && !isHarmless(base.getWeightNoise())) {
            return Optional.of("its weight noise %s does not keep zero weights zero"
                    .formatted(base.getWeightNoise().getClass().getSimpleName()));
        }
        return Optional.empty();
    }

    /** Deeplearning4j drops biases at inference too where they are dropped at all: then no output is twice the same. */
    private static boolean isHarmless(IWeightNoise noise) {
        return noise instanceof DropConnect drop && !drop.isApplyToBiases();
    }

    private static boolean zeroAtZero(ActivationReLU relu) {
        boolean shifted = relu.getThreshold() != null
                && relu.getThreshold() != 0
                && relu.getNegativeSlope() != null
                && relu.getNegativeSlope() != 0;
        return !shifted && (relu.getMax() == null || relu.getMax() >= 0);
    }
}
