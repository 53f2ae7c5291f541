package io.halfspace.spark;

import io.halfspace.dl4j.UpdaterOverride;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/** The base optimisers that a job file can name, as Deeplearning4j updaters. */
final class Optimizers {
    /** Stairs of a linear fall; every layer's configuration lists them. */
    private static final int STAIRS = 20;

    private Optimizers() {}

    /** The network as the job wants it trained; the network itself where the job leaves that to the model. */
    static ComputationGraph prepare(
            ComputationGraph network, TrainingConfig config, boolean ownUpdater, int totalSteps) {
        if (config.optimizer().isEmpty() && ownUpdater) {
            return network;
        }
        TrainingConfig.OptimizerName name = config.optimizer().orElse(TrainingConfig.OptimizerName.ADAM);
        return UpdaterOverride.apply(
                network,
                updater(name, config, totalSteps),
                regularization(name, config),
                config.clipNorm().isPresent()
                        ? GradientNormalization.ClipL2PerLayer
                        : config.clipValue().isPresent()
                                ? GradientNormalization.ClipElementWiseAbsoluteValue
                                : GradientNormalization.None,
                config.clipNorm().orElse(config.clipValue().orElse(0)));
    }

    private static IUpdater updater(TrainingConfig.OptimizerName name, TrainingConfig config, int totalSteps) {
        ISchedule rate = schedule(config, totalSteps);
        return switch (name) {
            case SGD -> new Sgd(rate);
            case MOMENTUM -> new Nesterovs(rate, config.momentum());
            case ADAM, ADAMW -> new Adam(rate);
            case AMSGRAD -> new AMSGrad(rate);
            case RMSPROP -> RmsProp.builder().learningRateSchedule(rate).build();
        };
    }

    private static List<Regularization> regularization(TrainingConfig.OptimizerName name, TrainingConfig config) {
        List<Regularization> all = new ArrayList<>();
        if (config.l1() > 0) {
            all.add(new L1Regularization(config.l1()));
        }
        if (config.weightDecay() > 0) {
            all.add(
                    name == TrainingConfig.OptimizerName.ADAMW
                            ? new WeightDecay(config.weightDecay(), true)
                            : new L2Regularization(config.weightDecay()));
        }
        return all;
    }

    private static ISchedule schedule(TrainingConfig config, int totalSteps) {
        double rate = config.learningRate();
        return switch (config.schedule()) {
            case CONSTANT -> new FixedSchedule(rate);
            case LINEAR -> stairs(rate, totalSteps);
            case STEP ->
                new MapSchedule(
                        ScheduleType.ITERATION,
                        Map.of(
                                0,
                                rate,
                                Math.max(1, totalSteps / 2),
                                rate / 10,
                                Math.max(2, totalSteps * 3 / 4),
                                rate / 100));
        };
    }

    /**
     * A straight fall to 0, in equal stairs: Deeplearning4j's own PolySchedule rises, and the configuration of a plain
     * Deeplearning4j model cannot hold a schedule of ours.
     */
    private static ISchedule stairs(double rate, int totalSteps) {
        int count = Math.min(STAIRS, totalSteps);
        Map<Integer, Double> rates = new TreeMap<>();
        for (int k = 0; k < count; k++) {
            rates.put((int) ((long) totalSteps * k / count), rate * (count - k) / count);
        }
        return new MapSchedule(ScheduleType.ITERATION, rates);
    }
}
