package io.halfspace.spark;

import io.halfspace.dl4j.BaseOptimizer;
import io.halfspace.dl4j.Evaluation;
import io.halfspace.dl4j.FlatParameters;
import io.halfspace.solver.SolverStep;
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
    private final Progress progress;
    private final String runId = UUID.randomUUID().toString();

    Trainer(JavaSparkContext spark, TrainingData data, JobConfig config, EngineSpec engine, Progress progress) {
        this.spark = spark;
        this.data = data;
        this.config = config;
        this.engine = engine;
        this.progress = progress;
    }

    /**
     * What training left behind.
     *
     * @param parameters the final flat parameters
     * @param history what happened in each epoch
     * @param evaluation how well the network does on the part that judges it
     */
    record Trained(float[] parameters, History history, Evaluation evaluation) {}

    /** Steps of a whole run. */
    int totalSteps() {
        return Math.multiplyExact(stepsPerEpoch(), config.training().epochs());
    }

    /**
     * Trains a network from its present parameters, all epochs.
     *
     * @param network not modified; its configuration names the base optimiser
     * @param groups number of groups, for the progress line
     * @param listener told after every epoch
     */
    Trained train(
            String title,
            ComputationGraph network,
            int groups,
            SolverStep solver,
            TrainingLoop.EpochListener listener) {
        GradientRound.Task task = task(title, network);
        float[] parameters = FlatParameters.of(network);
        BaseOptimizer optimizer = new BaseOptimizer(network.clone());
        TrainingLoop loop = new TrainingLoop(
                new GradientRound(spark, data.train(), task),
                values -> evaluate(data.validation(), task, values),
                progress,
                stepsPerEpoch(),
                config.training().epochs());
        History history = loop.run(title, parameters, optimizer, solver, groups, listener);
        return new Trained(parameters, history, evaluate(judge(), task, parameters));
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

    private int stepsPerEpoch() {
        return Shard.stepsPerEpoch(data.trainShardRows(), config.training().batch());
    }
}
