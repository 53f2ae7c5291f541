package io.halfspace.torch;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;

/** What regularization adds to a score. Schedules are read at their start: an engine does not know the step. */
final class Penalties {
    private Penalties() {}

    static double score(Regularization regularization, Tensor parameter) {
        Tensor values = parameter.detach();
        if (regularization instanceof L2Regularization l2) {
            return half(l2.getL2().valueAt(0, 0), values);
        }
        if (regularization instanceof WeightDecay decay) {
            return half(decay.getCoeff().valueAt(0, 0), values);
        }
        if (regularization instanceof L1Regularization l1) {
            return l1.getL1().valueAt(0, 0) * torch.abs(values).sum().item_double();
        }
        return regularization.score(Tensors.values(values).toArray(), 0, 0);
    }

    private static double half(double factor, Tensor values) {
        return factor == 0 ? 0 : 0.5 * factor * torch.square(values).sum().item_double();
    }
}
