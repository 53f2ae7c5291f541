package io.halfspace.spark;

import io.halfspace.torch.Precision;
import io.halfspace.torch.TorchDevice;
import io.halfspace.torch.TorchGradientEngine;
import io.halfspace.torch.TorchNatives;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;

/**
 * Which engine computes, decided once on the driver.
 *
 * @param spec what executors open
 * @param reason what decided, as a clause
 */
record EngineChoice(EngineSpec spec, String reason) {
    private static final String TASK_GPUS = "spark.task.resource." + TaskGpu.RESOURCE + ".amount";

    /**
     * Chooses an engine for a network.
     *
     * @throws JobException exit code 5 if the job file insists on libtorch or a GPU and there is none, or it cannot compute
     *     the network; 2 if it asks for a precision that the device does not have
     */
    static EngineChoice of(EngineConfig config, ComputationGraphConfiguration network, SparkConf spark) {
        int threads = spark.getInt("spark.task.cpus", 1);
        if (config.engine() == EngineConfig.Name.DL4J) {
            return dl4j(threads, "the job file says so");
        }
        Optional<String> obstacle = TorchNatives.problem().or(() -> TorchGradientEngine.unsupported(network));
        if (obstacle.isPresent() && config.insists()) {
            throw new JobException(
                    ExitCode.UNSUPPORTED_MODEL,
                    "Cannot use engine torch: %s; leave out engine, device and precision, or set engine: dl4j"
                            .formatted(obstacle.get()));
        }
        if (obstacle.isPresent()) {
            return dl4j(threads, "not libtorch: " + obstacle.get());
        }
        boolean gpu = gpu(config.device(), spark);
        if (!gpu && config.precision() == Precision.TF32) {
            throw new JobException(
                    ExitCode.CONFIGURATION,
                    "Cannot use precision tf32: it is the GPUs', and this run has none; set precision: float32");
        }
        return new EngineChoice(
                new EngineSpec(true, gpu, config.precision(), threads),
                TorchNatives.describe() + ", which has a rule for every layer");
    }

    /**
     * Chooses an engine for a run that may have begun before: the one that it began with, because another one has other
     * bits, unless the job file now names another (which only {@code --resume force} allows).
     *
     * @param begun what the run began with
     * @throws JobException as the other; exit code 5 also if what the run began with cannot be used here
     */
    static EngineChoice of(
            EngineConfig config, ComputationGraphConfiguration network, SparkConf spark, Optional<EngineSpec> begun) {
        if (begun.isEmpty() || config.contradicts(begun.get())) {
            return of(config, network, spark);
        }
        EngineSpec spec = begun.get();
        if (!spec.torch()) {
            return new EngineChoice(spec, "the run began with it");
        }
        boolean lost = spec.gpu() && !gpu(config.device(), spark);
        TorchNatives.problem()
                .or(() -> TorchGradientEngine.unsupported(network))
                .or(() -> lost ? Optional.of("there is no GPU") : Optional.empty())
                .ifPresent(obstacle -> {
                    throw new JobException(
                            ExitCode.UNSUPPORTED_MODEL,
                            "Cannot go on with engine torch on %s, which the run began with: %s; mend that, or name another engine or device in the job file and give --resume force"
                                    .formatted(spec.device(), obstacle));
                });
        return new EngineChoice(spec, TorchNatives.describe() + ", which the run began with");
    }

    /** One line for a person. */
    String line() {
        return "%s on %s in %s, %d thread%s a task; %s"
                .formatted(
                        spec.engine(),
                        spec.device(),
                        ConfigSection.word(spec.precision()),
                        spec.threads(),
                        spec.threads() == 1 ? "" : "s",
                        reason);
    }

    private static EngineChoice dl4j(int threads, String reason) {
        return new EngineChoice(new EngineSpec(false, false, Precision.FLOAT32, threads), reason);
    }

    private static boolean gpu(EngineConfig.Where device, SparkConf spark) {
        return switch (device) {
            case CPU -> false;
            case GPU -> true;
            // Only in local mode are the driver's GPUs those of the tasks.
            case AUTO ->
                spark.getDouble(TASK_GPUS, 0) > 0
                        || spark.get("spark.master", "").matches("local(\\[.*)?") && TorchDevice.visibleGpus() > 0;
        };
    }
}
