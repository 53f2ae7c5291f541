package io.halfspace.torch;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * Labels of one output in the rows of its pre-outputs.
 *
 * @param mask weights of rows or labels
 * @param counts whether the mask enters the score: where labels have none, Deeplearning4j masks the gradient of plain
 *     features with the mask of the inputs, but not the score
 */
record LabelTensors(Tensor labels, Optional<Tensor> mask, boolean counts) {
    Loss.Judged judge(Head head, Tensor preOutput, Run run) {
        Tensor seen = mask.map(each -> head.scaled(preOutput, each)).orElse(preOutput);
        Loss.Judged judged = head.loss().judge(labels, seen, mask, run);
        if (mask.isEmpty() || counts) {
            return judged;
        }
        return new Loss.Judged(
                head.loss().judge(labels, preOutput, Optional.empty(), run).sum(), judged.slope());
    }
}
