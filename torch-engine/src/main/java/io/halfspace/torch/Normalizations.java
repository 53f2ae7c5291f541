package io.halfspace.torch;

import static io.halfspace.torch.Tensors.plus;
import static io.halfspace.torch.Tensors.scalar;
import static io.halfspace.torch.Tensors.times;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;

/** Layers that normalise. */
final class Normalizations {
    private static final double TWICE_LOG_10 = 2 * Math.log(10);

    private Normalizations() {}

    /**
     * Batch norm. In training it normalises with the biased variance of the batch, and the running statistics step by
     * {@code (1 - decay) (old - batch)}; kept as log10 of the deviation, by the logarithm of the same change of variance.
     */
    static Step.Unary batch(BatchNormalization layer, Site site) {
        if (layer.isLockGammaBeta() && (layer.getGamma() == 1) != (layer.getBeta() == 0)) {
            throw site.unsupported("Deeplearning4j's own output and gradient disagree for locked gamma %s and beta %s"
                    .formatted(layer.getGamma(), layer.getBeta()));
        }
        Scaling scaling = Scaling.of(layer, site);
        Statistics statistics = Statistics.of(layer, site);
        boolean channelsLast = layer.getCnn2DFormat() == CNN2DFormat.NHWC;
        return (run, input) -> {
            if (input.rank() != 2 && input.rank() != 4) {
                throw new IllegalArgumentException(
                        "Cannot normalise '%s': found activations of %d axes, expected 2 or 4 as in Deeplearning4j"
                                .formatted(site.name(), input.rank()));
            }
            if (input.inBlocks() && scaling.takesBlocks() && suitsBlocks(run, input)) {
                return input.with(normal(run, input.tensor(), scaling, statistics, layer.getEps()))
                        .overwritable();
            }
            return Layouts.through(
                            input,
                            channelsLast && input.rank() == 4,
                            x -> scaling.apply(normal(run, x, scaling, statistics, layer.getEps())))
                    .overwritable();
        };
    }

    /**
     * Each value over a power of what it and its neighbours among the channels sum to, squared.
     *
     * <p>The gradient is that of Deeplearning4j's built-in kernels, which the CPU build takes: what flows back from a
     * neighbour is divided by the sum of the receiving channel, not by the neighbour's own.
     */
    static Step.Unary localResponse(LocalResponseNormalization layer, Site site) {
        int reach = (int) layer.getN() / 2;
        double alpha = layer.getAlpha();
        double beta = layer.getBeta();
        boolean channelsLast = layer.getDataFormat() == CNN2DFormat.NHWC;
        return (run, input) -> Layouts.through(input, channelsLast, x -> {
            Tensor fixed = x.detach();
            Tensor sums = plus(times(neighbours(torch.square(fixed), reach), alpha), layer.getK());
            Tensor scale = torch.pow(sums, scalar(-beta));
            Tensor value = fixed.mul(scale);
            Tensor shared = neighbours(fixed.div(sums).mul(x), reach);
            return Surrogate.of(value, x.mul(scale).sub(times(value.mul(shared), 2 * alpha * beta)));
        });
    }

    /** Sums over the channels at most so far away. */
    private static Tensor neighbours(Tensor x, int reach) {
        Tensor padded = torch.constant_pad_nd(x, new long[] {0, 0, 0, 0, reach, reach}, scalar(0));
        Tensor sum = padded.narrow(1, 0, x.size(1));
        for (int i = 1; i <= 2 * reach; i++) {
            sum = sum.add(padded.narrow(1, i, x.size(1)));
        }
        return sum;
    }

    private static Tensor normal(Run run, Tensor x, Scaling scaling, Statistics statistics, double epsilon) {
        return run.training()
                ? train(run, x, scaling, statistics, epsilon)
                : infer(run, x, scaling, statistics, epsilon);
    }

    /** oneDNN has no backward pass of images that were normalised with running statistics. */
    private static boolean suitsBlocks(Run run, Signal input) {
        return run.training() || !input.tensor().requires_grad();
    }

    private static Tensor train(Run run, Tensor x, Scaling scaling, Statistics statistics, double epsilon) {
        Tensor mean = run.tensor(statistics.mean()).new_zeros(x.size(1));
        Tensor variance = torch.zeros_like(mean);
        Tensor normal = torch.batch_norm(
                x,
                scaling.gamma(run),
                scaling.beta(run),
                Tensors.some(mean),
                Tensors.some(variance),
                true,
                1,
                epsilon,
                true);
        long values = x.numel() / x.size(1);
        // libtorch divides by one less, which is undefined for a single value.
        Tensor biased = values == 1 ? torch.zeros_like(mean) : times(variance, (values - 1.0) / values);
        statistics.step(run, mean, biased);
        return normal;
    }

    private static Tensor infer(Run run, Tensor x, Scaling scaling, Statistics statistics, double epsilon) {
        Tensor mean = run.tensor(statistics.mean()).reshape(x.size(1));
        return torch.batch_norm(
                x,
                scaling.gamma(run),
                scaling.beta(run),
                Tensors.some(mean),
                Tensors.some(statistics.variance(run).reshape(x.size(1))),
                false,
                0,
                epsilon,
                true);
    }

    /** What a normalised value is multiplied with and what is added. */
    private record Scaling(Optional<Parameter> gammas, Optional<Parameter> betas, double factor, double shift) {
        static Scaling of(BatchNormalization layer, Site site) {
            return layer.isLockGammaBeta()
                    ? new Scaling(Optional.empty(), Optional.empty(), layer.getGamma(), layer.getBeta())
                    : new Scaling(Optional.of(site.weight("gamma")), Optional.of(site.weight("beta")), 1, 0);
        }

        /** oneDNN's kernels scale and shift in any case. */
        boolean takesBlocks() {
            return gammas.isPresent();
        }

        TensorOptional gamma(Run run) {
            return flat(run, gammas);
        }

        TensorOptional beta(Run run) {
            return flat(run, betas);
        }

        Tensor apply(Tensor normal) {
            return plus(times(normal, factor), shift);
        }

        private static TensorOptional flat(Run run, Optional<Parameter> parameter) {
            return parameter
                    .map(each -> Tensors.some(run.tensor(each).reshape(each.length())))
                    .orElseGet(Tensors::none);
        }
    }

    /** Running mean and variance, the latter as such or as log10 of its square root. */
    private record Statistics(Parameter mean, Parameter spread, boolean logarithmic, double decay) {
        static Statistics of(BatchNormalization layer, Site site) {
            Parameter spread = site.constant(layer.isUseLogStd() ? "log10stdev" : "var")
                    .orElseThrow(() -> site.unsupported("it has no running variance"));
            Parameter mean = site.constant("mean").orElseThrow(() -> site.unsupported("it has no running mean"));
            return new Statistics(mean, spread, layer.isUseLogStd(), layer.getDecay());
        }

        Tensor variance(Run run) {
            Tensor stored = run.tensor(spread);
            return logarithmic ? torch.pow(scalar(10), times(stored, 2)) : stored;
        }

        void step(Run run, Tensor batchMean, Tensor batchVariance) {
            Tensor oldMean = run.tensor(mean).reshape(batchMean.size(0));
            run.steps().add(new Run.StatisticStep(mean, times(oldMean.sub(batchMean), 1 - decay)));
            Tensor old = variance(run).reshape(batchVariance.size(0));
            Tensor step;
            if (logarithmic) {
                Tensor next = times(old, decay).add(times(batchVariance, 1 - decay));
                step = times(torch.log(old.div(next)), 1 / TWICE_LOG_10);
            } else {
                step = times(old.sub(batchVariance), 1 - decay);
            }
            run.steps().add(new Run.StatisticStep(spread, step));
        }
    }
}
