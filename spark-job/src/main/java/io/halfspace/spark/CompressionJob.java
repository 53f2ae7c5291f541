package io.halfspace.spark;

import io.halfspace.dl4j.BaseOptimizer;
import io.halfspace.dl4j.FlatParameters;
import io.halfspace.dl4j.ModelFile;
import io.halfspace.dl4j.NativeAcceleration;
import io.halfspace.dl4j.NetworkShape;
import io.halfspace.solver.PlainStep;
import io.halfspace.solver.Solver;
import io.halfspace.solver.Target;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * The whole job: a network and a data set in, a smaller network that computes the same out.
 *
 * <p>Stages as in {@code docs/architecture.md}: model, analysis, data, training with the solver, sub-network, check,
 * publication. Stops neither the Spark context nor the JVM.
 */
final class CompressionJob {
    private static final String TITLE = "compress";

    private final SparkSession session;
    private final JavaSparkContext spark;
    private final JobConfig config;
    private final RunFolder folder;
    private final Progress progress;
    private final RunReport report;

    CompressionJob(SparkSession session, JobConfig config, RunFolder folder, Progress progress) {
        this.session = session;
        this.spark = JavaSparkContext.fromSparkContext(session.sparkContext());
        this.config = config;
        this.folder = folder;
        this.progress = progress;
        this.report = new RunReport(config, session.version());
    }

    /**
     * Runs the job and publishes its result.
     *
     * @throws JobException if it cannot be done; {@code result.json} then says so too, and no model is published
     */
    RunReport run() {
        try {
            stages();
            report.succeeded();
            folder.write(RunFolder.RESULT, report.json());
            return report;
        } catch (Throwable e) {
            // Not only runtime exceptions: Scala code throws Spark's checked ones undeclared, and memory may run out.
            JobException failure = Failures.explain(e);
            report.failed(failure.exitCode(), failure.getMessage());
            writeReport(failure);
            throw failure;
        }
    }

    /** Where not even the report can be written, what ended the run still says more. */
    private void writeReport(JobException failure) {
        try {
            folder.write(RunFolder.RESULT, report.json());
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private void stages() {
        ModelSource model = report.timed("model", this::model);
        Network analysed =
                report.timed("analysis", () -> Network.analysePrunable(model.network(), shape(), config.layers()));
        Target target = reachableTarget(analysed);
        EngineSpec engine = engine(model.network());
        try (TrainingData data = report.timed("data", this::data)) {
            Trainer trainer = new Trainer(spark, data, config, engine, progress);
            Network network = analysed.with(
                    Optimizers.prepare(model.network(), config.training(), model.builtIn(), trainer.totalSteps()));
            report.timed("engine", () -> trainer.checkEngine(network.graph())).ifPresent(report::engineCheck);
            Optional<Trainer.Trained> baseline = config.training().baseline()
                    ? Optional.of(report.timed("baseline", () -> trainDense(trainer, network)))
                    : Optional.empty();
            BeforePruning solver = solver(trainer, network, target);
            Trainer.Trained trained = report.timed("training", () -> train(trainer, network, solver));
            new Publication(config, folder, report, trainer, data).publish(network, trained, baseline, solver.dense());
        }
    }

    private ModelSource model() {
        NativeAcceleration.enable();
        ModelSource source = ModelSource.load(
                config.model(),
                shape(),
                config.data().classes(),
                config.training().seed(),
                spark.hadoopConfiguration());
        NetworkShape.check(source.network(), shape(), config.data().classes());
        report.kernels(NativeAcceleration.describe());
        progress.say("model     %s; %s", config.model(), NativeAcceleration.describe());
        return source;
    }

    private Target reachableTarget(Network network) {
        progress.say(
                "analysis  %d groups, %,d parameters, %,d FLOPs",
                network.groups().count(),
                network.cost().parameters(),
                network.cost().flops());
        Target target = SolverChoice.target(config.target());
        target.check(network.groups());
        return target;
    }

    private EngineSpec engine(ComputationGraph network) {
        EngineChoice choice = EngineChoice.of(config.engine(), network.getConfiguration(), spark.getConf());
        report.engine(choice);
        progress.say("engine    %s", choice.line());
        return choice.spec();
    }

    private TrainingData data() {
        TrainingData data = TrainingData.load(
                session, config.data(), config.shards(), config.training().seed());
        report.data(data);
        progress.say(
                "data      %,d training, %,d validation, %,d test examples in %d shards",
                data.trainRows(), data.validationRows(), data.testRows(), config.shards());
        return data;
    }

    private Trainer.Trained trainDense(Trainer trainer, Network network) {
        return trainer.train(
                "dense",
                network.graph(),
                network.groups().count(),
                new PlainStep(),
                (epoch, values) -> Optional.empty());
    }

    private BeforePruning solver(Trainer trainer, Network network, Target target) {
        Solver solver = SolverChoice.solver(
                config.solver(),
                network,
                target,
                BaseOptimizer.isAdaptive(network.graph()),
                SolverChoice.schedule(config.solver(), trainer.totalSteps()));
        ComputationGraph judged = network.graph().clone();
        return new BeforePruning(solver, values -> {
            FlatParameters.set(judged, values);
            return trainer.evaluate(TITLE, judged);
        });
    }

    private Trainer.Trained train(Trainer trainer, Network network, BeforePruning solver) {
        ComputationGraph kept = network.graph().clone();
        return trainer.train(TITLE, network.graph(), network.groups().count(), solver, (epoch, values) -> {
            FlatParameters.set(kept, values);
            return Optional.of(folder.checkpoint(epoch, out -> ModelFile.write(kept, out, false, Map.of())));
        });
    }

    private int[] shape() {
        return config.data().shape();
    }
}
