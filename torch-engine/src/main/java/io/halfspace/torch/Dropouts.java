package io.halfspace.torch;

import static io.halfspace.torch.Tensors.plus;
import static io.halfspace.torch.Tensors.times;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.deeplearning4j.nn.conf.dropout.AlphaDropout;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.GaussianDropout;
import org.deeplearning4j.nn.conf.dropout.GaussianNoise;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.dropout.SpatialDropout;

/**
 * Dropout in its kinds: the distribution is Deeplearning4j's, the random numbers are libtorch's, and equal seeds give equal
 * bits. Probabilities that change from step to step are not known to an engine.
 */
final class Dropouts {
    private Dropouts() {}

    /** What is done to the input of a layer, in training only. */
    static Step.Unary of(IDropout dropout, Site site) {
        if (dropout == null) {
            return (run, input) -> input;
        }
        Step.Unary active = active(dropout, site);
        return (run, input) -> run.training() ? active.apply(run, input) : input;
    }

    private static Step.Unary active(IDropout dropout, Site site) {
        if (dropout.getClass() == Dropout.class) {
            Dropout plain = (Dropout) dropout;
            return inverted(fixed(plain.getP(), plain.getPSchedule(), site), false);
        }
        if (dropout instanceof SpatialDropout spatial) {
            return inverted(fixed(spatial.getP(), spatial.getPSchedule(), site), true);
        }
        if (dropout instanceof GaussianDropout gaussian) {
            double rate = fixed(gaussian.getRate(), gaussian.getRateSchedule(), site);
            double deviation = Math.sqrt(rate / (1 - rate));
            return (run, input) -> {
                Tensor x = input.value();
                return input.with(x.mul(torch.empty_like(x).normal_(1, deviation, run.random())));
            };
        }
        if (dropout instanceof GaussianNoise noise) {
            double deviation = fixed(noise.getStddev(), noise.getStddevSchedule(), site);
            return (run, input) -> {
                Tensor x = input.value();
                return input.with(x.add(torch.empty_like(x).normal_(0, deviation, run.random())));
            };
        }
        if (dropout instanceof AlphaDropout alpha) {
            return alpha(alpha, site);
        }
        throw site.unsupported("there is no rule for the dropout %s"
                .formatted(dropout.getClass().getSimpleName()));
    }

    private static Step.Unary inverted(double retained, boolean wholeChannels) {
        return (run, input) -> {
            Tensor x = input.value();
            Tensor drawn = torch.empty_like(x);
            if (wholeChannels) {
                long[] shape = Tensors.shape(x);
                Arrays.fill(shape, 2, shape.length, 1);
                drawn = x.new_empty(shape);
            }
            return input.with(x.mul(times(drawn.bernoulli_(retained, run.random()), 1 / retained)));
        };
    }

    private static Step.Unary alpha(AlphaDropout alpha, Site site) {
        double retained = fixed(alpha.getP(), alpha.getPSchedule(), site);
        double dropped = -alpha.getLambda() * alpha.getAlpha();
        double scale = alpha.a(retained);
        double shift = alpha.b(retained);
        return (run, input) -> {
            Tensor x = input.value();
            Tensor kept = torch.empty_like(x).bernoulli_(retained, run.random());
            Tensor replaced = times(plus(kept.neg(), 1), dropped);
            return input.with(plus(times(x.mul(kept).add(replaced), scale), shift));
        };
    }

    private static double fixed(double value, Object schedule, Site site) {
        if (schedule != null) {
            throw site.unsupported("its dropout follows a schedule, expected one probability");
        }
        return value;
    }
}
