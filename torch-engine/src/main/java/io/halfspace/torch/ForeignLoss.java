package io.halfspace.torch;

import io.halfspace.dl4j.Values;
import io.halfspace.torch.Activations.Activation;
import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * A loss without a translation: ND4J computes it itself, from a copy of the pre-outputs. Cost: pre-outputs go to the host
 * and their slopes come back.
 */
record ForeignLoss(ILossFunction function, IActivation activation, Activation translated) implements Loss {
    @Override
    public Tensor activate(Tensor preOutput, Run run) {
        return translated.apply(preOutput, run);
    }

    @Override
    public Judged judge(Tensor labels, Tensor preOutput, Optional<Tensor> mask, Run run) {
        INDArray y = array(labels);
        INDArray z = array(preOutput);
        INDArray weights = mask.map(ForeignLoss::array).orElse(null);
        double sum = function.computeScore(y, z.dup(), activation, weights, false);
        INDArray slope = function.computeGradient(y, z, activation, weights);
        int[] shape = Arrays.stream(slope.shape()).mapToInt(Math::toIntExact).toArray();
        Values values = Values.of(slope.dup('c').reshape(slope.length()).toDoubleVector(), shape);
        return new Judged(
                Tensors.of(Values.of(new double[] {sum}, 1), ScalarType.Double).sum(),
                run.device().take(Tensors.of(values, run.type())));
    }

    private static INDArray array(Tensor tensor) {
        return Tensors.values(tensor).toArray();
    }
}
