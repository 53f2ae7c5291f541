package io.halfspace.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import org.apache.hadoop.fs.Path;

/**
 * One checked job: everything that a run needs to know, and nothing that could still be wrong without looking at the data.
 *
 * @param name short name of the job, for folders and logs
 * @param model built-in network name, or location of a model file
 * @param data what to train on
 * @param training how to train
 * @param layers what the user wants of single layers
 * @param mode what leaves the network
 * @param erase how operators leave before channels do, in mode erase-then-prune only
 * @param target what the built network may cost
 * @param solver how groups are driven to zero (in mode erase: operators)
 * @param compact whether training goes on with the compact network once the target is met
 * @param checkpoint when checkpoints are written
 * @param engine what computes gradients, and where
 * @param master Spark master to use when none is given from outside
 * @param shards logical shards: the split of every minibatch, fixed for the run whatever the number of executors
 * @param standing whether tasks may stay on executors from step to step
 * @param timeouts how long the driver waits for the cluster
 * @param output location of the run's folder; empty makes one below {@code runs/}
 * @param text the whole configuration as YAML, for the record
 */
record JobConfig(
        String name,
        String model,
        DataConfig data,
        TrainingConfig training,
        LayersConfig layers,
        Mode mode,
        Optional<EraseConfig> erase,
        TargetConfig target,
        SolverConfig solver,
        boolean compact,
        CheckpointConfig checkpoint,
        EngineConfig engine,
        String master,
        int shards,
        boolean standing,
        TimeoutConfig timeouts,
        String output,
        String text) {
    /**
     * Checks a job file.
     *
     * @throws JobException with all faults at once, exit code 2
     */
    static JobConfig of(JobFile file) {
        List<String> faults = new ArrayList<>();
        ConfigSection root = new ConfigSection(file.values(), faults);
        ConfigSection spark = root.section("spark");
        ConfigSection section = root.section("training");
        TrainingConfig training = training(section);
        Mode mode = root.choice("mode", Mode.PRUNE, Mode.class);
        ConfigSection solver = root.section("solver");
        JobConfig config = new JobConfig(
                root.text("name", stem(file.name())),
                model(root, file.folder()),
                DataSection.read(root.section("data"), file.folder()),
                training,
                LayersConfig.read(root.section("layers")),
                mode,
                erase(root, mode, training.epochs()),
                TargetConfig.read(root.section("target")),
                SolverConfig.read(solver, methods(mode), training.epochs()),
                solver.flag("compact", true),
                CheckpointConfig.read(root.section("checkpoint"), training.epochs()),
                EngineConfig.read(root),
                spark.text("master", "local[*]"),
                spark.integer("shards", 4, 1, 4096),
                spark.flag("standing-tasks", true),
                TimeoutConfig.read(spark),
                root.text("output", ""),
                file.text());
        if (training.batch() % config.shards != 0) {
            faults.add("training.batch: found %d, expected a multiple of spark.shards, which is %d"
                    .formatted(training.batch(), config.shards));
        }
        if (isFile(config.model)
                && !isKeras(config.model)
                && training.optimizer().isEmpty()) {
            for (String key :
                    List.of("learning-rate", "schedule", "momentum", "weight-decay", "l1", "clip-value", "clip-norm")) {
                if (section.has(key)) {
                    section.fault(
                            key,
                            "found without optimizer, expected both or none: the model file has an optimizer of its"
                                    + " own");
                }
            }
        }
        if (!mode.prunes() && config.layers.roundTo() > 1) {
            faults.add("layers.round-to: found with mode erase, which keeps all channels of what it keeps");
        }
        root.reportUnknownKeys();
        if (!faults.isEmpty()) {
            throw new JobException(
                    ExitCode.CONFIGURATION,
                    "Cannot use job file '%s', found %d %s:%n  %s"
                            .formatted(
                                    file.name(),
                                    faults.size(),
                                    faults.size() == 1 ? "fault" : "faults",
                                    String.join(System.lineSeparator() + "  ", faults)));
        }
        return config;
    }

    private static Optional<EraseConfig> erase(ConfigSection root, Mode mode, int epochs) {
        if (mode == Mode.ERASE_THEN_PRUNE) {
            return Optional.of(EraseConfig.read(root.section("erase"), epochs));
        }
        if (root.has("erase")) {
            root.fault("erase", "belongs to mode erase-then-prune, found mode %s".formatted(ConfigSection.word(mode)));
        }
        return Optional.empty();
    }

    private static List<SolverConfig.Method> methods(Mode mode) {
        return mode == Mode.ERASE
                ? List.of(SolverConfig.Method.H2SPG, SolverConfig.Method.HESSO)
                : List.of(SolverConfig.Method.DHSPG, SolverConfig.Method.HESSO);
    }

    private static TrainingConfig training(ConfigSection section) {
        Optional<TrainingConfig.OptimizerName> optimizer = section.has("optimizer")
                ? Optional.of(section.choice(
                        "optimizer", TrainingConfig.OptimizerName.ADAM, TrainingConfig.OptimizerName.class))
                : Optional.empty();
        if (section.has("clip-value") && section.has("clip-norm")) {
            section.fault("clip-value", "found beside clip-norm, expected one of them");
        }
        return new TrainingConfig(
                section.integer("epochs", 10, 1, 1_000_000),
                section.integer("batch", 64, 1, 1_000_000),
                optimizer,
                section.number("learning-rate", 0.001, 0, 1e6),
                section.choice("schedule", TrainingConfig.ScheduleName.CONSTANT, TrainingConfig.ScheduleName.class),
                section.number("momentum", 0.9, 0, 1),
                section.number("weight-decay", 0, 0, 1000),
                section.number("l1", 0, 0, 1000),
                optional(section, "clip-value"),
                optional(section, "clip-norm"),
                section.integer("skip-bad-batches", 0, 0, 1_000_000),
                section.flag("baseline", false),
                section.integer("seed", 42L, Long.MIN_VALUE, Long.MAX_VALUE));
    }

    private static OptionalDouble optional(ConfigSection section, String key) {
        return section.has(key) ? OptionalDouble.of(section.number(key, 1, 1e-9, 1e9)) : OptionalDouble.empty();
    }

    private static String model(ConfigSection root, Path folder) {
        String model = root.requiredText("model");
        return isFile(model) ? DataSection.location(root, "model", folder) : model;
    }

    /** A name without a dot or a slash is a built-in network; anything else is a file, relative to the job file. */
    static boolean isFile(String model) {
        return model.contains(".") || model.contains("/");
    }

    /** Keras's files bring no updater that could be kept. */
    private static boolean isKeras(String model) {
        return model.toLowerCase(Locale.ROOT).matches(".*\\.(h5|hdf5)");
    }

    private static String stem(String location) {
        String last = new Path(location).getName();
        return last.contains(".") ? last.substring(0, last.indexOf('.')) : last;
    }
}
