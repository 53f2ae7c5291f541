package io.halfspace.torch;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.Cnn3DLossLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;

/** Output layers: a matrix product or nothing, then a loss on every example or position. */
final class Outputs {
    private static final int LAST = -1;

    private Outputs() {}

    static Head output(OutputLayer layer, Site site) {
        FeedForward.withoutNoise(layer, site);
        return new Output(
                Dropouts.of(layer.getIDropout(), site),
                Weighing.of(site),
                1,
                Losses.of(layer.getLossFn(), layer.getActivationFn(), site),
                Kind.PLAIN);
    }

    static Head rnnOutput(RnnOutputLayer layer, Site site) {
        FeedForward.withoutNoise(layer, site);
        return new Output(
                Dropouts.of(layer.getIDropout(), site),
                Weighing.of(site),
                layer.getRnnDataFormat() == RNNFormat.NWC ? LAST : 1,
                Losses.of(layer.getLossFn(), layer.getActivationFn(), site),
                Kind.SERIES);
    }

    static Head loss(LossLayer layer, Site site) {
        return bare(1, Losses.of(layer.getLossFn(), layer.getActivationFn(), site), Kind.SERIES);
    }

    static Head rnnLoss(RnnLossLayer layer, Site site) {
        return bare(
                layer.getRnnDataFormat() == RNNFormat.NWC ? LAST : 1,
                Losses.of(layer.getLossFn(), layer.getActivationFn(), site),
                Kind.UNMASKED);
    }

    static Head cnnLoss(CnnLossLayer layer, Site site) {
        return bare(
                layer.getFormat() == CNN2DFormat.NHWC ? LAST : 1,
                Losses.of(layer.getLossFn(), layer.getActivationFn(), site),
                Kind.UNMASKED);
    }

    static Head cnn3dLoss(Cnn3DLossLayer layer, Site site) {
        return bare(
                layer.getDataFormat() == Convolution3D.DataFormat.NDHWC ? LAST : 1,
                Losses.of(layer.getLossFn(), layer.getActivationFn(), site),
                Kind.UNMASKED);
    }

    private static Head bare(int channelAxis, Loss loss, Kind kind) {
        return new Output((run, input) -> input, (run, rows) -> rows, channelAxis, loss, kind);
    }

    /** What label masks do to answers: nothing, or zero them; of plain features they scale the pre-outputs, too. */
    private enum Kind {
        PLAIN,
        SERIES,
        UNMASKED
    }

    /** From rows of inputs to rows of pre-outputs. */
    private interface Weighing {
        Tensor apply(Run run, Tensor rows);

        static Weighing of(Site site) {
            Affine affine = Affine.of(site);
            return affine::apply;
        }
    }

    private record Output(Step.Unary dropout, Weighing weighing, int channelAxis, Loss loss, Kind kind)
            implements Head {
        @Override
        public Tensor preOutput(Run run, Signal input) {
            Tensor x = dropout.apply(run, input).value();
            return weighing.apply(run, Rows.of(x, axis(x.dim())));
        }

        @Override
        public Tensor labels(Tensor labels) {
            return Rows.of(labels, axis(labels.dim()));
        }

        @Override
        public Tensor mask(Tensor mask, long[] labelShape) {
            return Rows.mask(mask, labelShape, axis(labelShape.length));
        }

        @Override
        public Tensor scaled(Tensor preOutput, Tensor mask) {
            return kind == Kind.PLAIN ? preOutput.mul(mask) : preOutput;
        }

        @Override
        public Tensor answer(Run run, Signal input, Optional<Tensor> labelMask) {
            Tensor z = preOutput(run, input);
            long[] shape = input.shape();
            int axis = axis(shape.length);
            if (labelMask.isEmpty() || kind == Kind.UNMASKED) {
                return Rows.back(loss.activate(z, run), shape, axis);
            }
            long[] answered = shape.clone();
            answered[axis] = z.size(1);
            Tensor mask = Rows.mask(labelMask.get(), answered, axis);
            return Rows.back(loss.activate(scaled(z, mask), run).mul(mask), shape, axis);
        }

        @Override
        public boolean takesInputMask() {
            return kind == Kind.PLAIN;
        }

        private int axis(long rank) {
            return channelAxis == LAST ? (int) rank - 1 : channelAxis;
        }
    }
}
