package io.halfspace.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

class ZerosTest {
    /** On every activation function that Deeplearning4j names. */
    @ParameterizedTest
    @EnumSource(Activation.class)
    void table_saysWhatTheFunctionDoes(Activation activation) {
        IActivation function = activation.getActivationFunction();
        assertThat(Zeros.broken(function).isEmpty()).isEqualTo(atZero(function) == 0);
    }

    @Test
    void shiftedRelu_isBroken() {
        ActivationReLU shifted = new ActivationReLU(null, 0.5, 0.1);
        assertThat(atZero(shifted)).isNotZero();
        assertThat(Zeros.broken(shifted)).isPresent();
        ActivationReLU bounded = new ActivationReLU(6.0, 0.5, 0.0);
        assertThat(atZero(bounded)).isZero();
        assertThat(Zeros.broken(bounded)).isEmpty();
    }

    private static double atZero(IActivation function) {
        return function.getActivation(Nd4j.zeros(DataType.DOUBLE, 1, 3), false).getDouble(1);
    }
}
