package io.halfspace.spark;

import io.halfspace.dl4j.Evaluation;
import io.halfspace.dl4j.FlatParameters;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** Trains and judges networks on one data set. */
final class Trainer {
    private final JavaSparkContext spark;
    private final TrainingData data;
    private final JobConfig config;
    private final EngineSpec engine;
    private final String runId = UUID.randomUUID().toString();

    Trainer(JavaSparkContext spark, TrainingData data, JobConfig config, EngineSpec engine) {
        this.spark = spark;
        this.data = data;
        this.config = config;
        this.engine = engine;
    }

    /** Steps of a whole run. */
    int totalSteps() {
        return Math.multiplyExact(stepsPerEpoch(), config.training().epochs());
    }

    /**
     * What training left behind.
     *
     * @param trainee what was trained, at its end
     * @param history what happened in each epoch
     * @param evaluation how well it does on the part that judges it
     */
    record Trained(Trainee trainee, History history, Evaluation evaluation) {}

    /**
     * Trains a network through the stages of a run.
     *
     * @param network at its present parameters; not modified; its configuration names the base optimiser
     * @param events told of all that happens
     * @param keeper keeps the training in checkpoints, and knows the one to go on from
     */
    Trained train(String title, Network network, List<Stage> stages, TrainingEvents events, Keeper keeper) {
        TrainingLoop loop = new TrainingLoop(
                trainee -> new GradientRound(
                        spark,
                        data.train(),
                        task(title, trainee),
                        config.standing(),
                        config.timeouts().step()),
                (trainee, round) -> {
                    if (data.validation().isPresent()) {
                        round.rest();
                    }
                    return evaluate(data.validation(), round.task(), trainee.parameters());
                },
                events,
                stepsPerEpoch(),
                config.training().badBatches());
        TrainingLoop.Trained trained = loop.run(Trainee.of(network), stages, keeper);
        return new Trained(trained.trainee(), trained.history(), evaluate(title, trained.trainee()));
    }

    /** How well what is being trained does at the moment on the part that judges it. */
    Evaluation evaluate(String title, Trainee trainee) {
        return evaluate(judge(), task(title, trainee), trainee.parameters());
    }

    /**
     * Compares the chosen engine with Deeplearning4j on a few training examples; nothing to do where that is the chosen one.
     *
     * @throws JobException exit code 4 if they differ
     */
    Optional<EngineCheck.Result> checkEngine(ComputationGraph network) {
        return engine.torch()
                ? Optional.of(EngineCheck.of(data.train(), task("check", network), FlatParameters.of(network)))
                : Optional.empty();
    }

    /** How well a network does, with its present parameters, on the part that judges it. */
    Evaluation evaluate(String title, ComputationGraph network) {
        return evaluate(judge(), task(title, network), FlatParameters.of(network));
    }

    /** The part that judges the result: test if there is one, else validation, else training. */
    private Optional<JavaRDD<Shard>> judge() {
        return data.test().or(data::validation).or(() -> Optional.of(data.train()));
    }

    /** Name of the part that judges the result. */
    String judgedOn() {
        return data.test().isPresent() ? "test" : data.validation().isPresent() ? "validation" : "train";
    }

    private Evaluation evaluate(Optional<JavaRDD<Shard>> part, GradientRound.Task task, float[] parameters) {
        return part.map(shards -> EvaluationRound.of(spark, shards, task, parameters))
                .orElse(Evaluation.NONE);
    }

    /** Engines of a network are kept apart from those of the network that it was cut out of. */
    private GradientRound.Task task(String title, Trainee trainee) {
        return task(title + "/" + trainee.cuts(), trainee.network().graph());
    }

    private GradientRound.Task task(String title, ComputationGraph network) {
        return new GradientRound.Task(
                engine,
                runId + "/" + title,
                network.getConfiguration().toJson(),
                config.data().shape(),
                config.data().classes(),
                data.normalizer(),
                config.data().augmentation(),
                config.training().seed(),
                rowsPerShard());
    }

    private int rowsPerShard() {
        return Shard.rowsPerStep(config.training().batch(), config.shards());
    }

    /** Steps of an epoch. */
    int stepsPerEpoch() {
        return Shard.stepsPerEpoch(data.trainShardRows(), config.training().batch());
    }
}
