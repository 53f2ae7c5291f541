package io.halfspace.spark;

import io.halfspace.dl4j.NativeAcceleration;
import io.halfspace.dl4j.NetworkShape;
import java.util.List;
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
    private final RunEvents events;
    private final RunReport report;
    private final StopSignal stop;
    private final RunLock lock;

    /**
     * @param folder claimed for the job
     * @param lock on the folder
     * @param stop tells when the process is asked to end
     * @param events told of all that happens
     */
    CompressionJob(
            SparkSession session, JobConfig config, RunFolder folder, RunLock lock, StopSignal stop, RunEvents events) {
        this.lock = lock;
        this.stop = stop;
        this.session = session;
        this.spark = JavaSparkContext.fromSparkContext(session.sparkContext());
        this.config = config;
        this.folder = folder;
        this.events = events;
        this.report = new RunReport(config, session.version());
    }

    /**
     * Runs the job and publishes its result.
     *
     * @throws JobException if it cannot be done; {@code result.json} then says so too, and no model is published
     */
    RunReport run() {
        try (ClusterWatch watch = ClusterWatch.over(spark, config.timeouts())) {
            return run(watch);
        }
    }

    private RunReport run(ClusterWatch watch) {
        StepLog log = new StepLog(folder);
        try {
            stages(log);
            report.succeeded();
            folder.write(RunFolder.RESULT, report.json());
        } catch (Throwable e) {
            // Not only runtime exceptions: Scala code throws Spark's checked ones undeclared, and memory may run out.
            JobException failure = stop.isAsked() && Failures.isStop(e) ? stopped(e) : watch.explain(e);
            report.failed(failure.exitCode(), failure.getMessage());
            writeReport(failure);
            throw failure;
        }
        log.discardParts();
        return report;
    }

    private static JobException stopped(Throwable failure) {
        return new JobException(
                ExitCode.STOPPED,
                "Stopped, as asked, between the steps of a training; the same command goes on from the last checkpoint, if there is one",
                failure);
    }

    /** Where not even the report can be written, what ended the run still says more. */
    private void writeReport(JobException failure) {
        try {
            folder.write(RunFolder.RESULT, report.json());
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private void stages(StepLog log) {
        ModelSource model = report.timed("model", this::model);
        Network analysed = report.timed(
                "analysis",
                () -> Network.analyseCompressible(model.network(), shape(), config.layers(), config.mode()));
        TargetCheck.of(config, analysed, shape());
        events.analysed(analysed);
        EngineSpec engine = engine(model.network());
        MemoryPlan memory = MemoryPlan.of(config, analysed.cost(), engine, spark);
        memory.checkDriver(ProcessMemory.here()).forEach(events::tightMemory);
        try (TrainingData data = report.timed("data", this::data)) {
            memory.checkExecutors(data.train()).forEach(events::tightMemory);
            Trainer trainer = new Trainer(spark, data, config, engine);
            Network network = analysed.with(
                    Optimizers.prepare(model.network(), config.training(), model.ownUpdater(), trainer.totalSteps()));
            report.timed("engine", () -> trainer.checkEngine(network.graph())).ifPresent(report::engineCheck);
            DenseJudge judge = new DenseJudge(trainee -> trainer.evaluate(TITLE, trainee));
            List<Stage> stages = StagePlan.of(config, network, trainer.stepsPerEpoch(), judge);
            String given = Given.of(data, network);
            Keeper densely = keeper("dense", trainer, given, DenseJudge.none());
            Optional<Trainer.Trained> baseline = config.training().baseline()
                    ? Optional.of(report.timed("baseline", () -> trainDense(trainer, network, densely)))
                    : Optional.empty();
            Keeper keeper = keeper(TITLE, trainer, given, judge);
            Trainer.Trained trained = report.timed(
                    "training", () -> trainer.train(TITLE, network, stages, events.training(TITLE, log), keeper));
            log.finish();
            events.publishing();
            new Publication(config, folder, report, trainer, data).publish(trained, baseline, judge.evaluation());
        }
    }

    private ModelSource model() {
        ExecutorNatives.prepare();
        ModelSource source = ModelSource.load(
                config.model(),
                shape(),
                config.data().classes(),
                config.training().seed(),
                spark.hadoopConfiguration());
        NetworkShape.check(source.network(), shape(), config.data().classes());
        report.kernels(NativeAcceleration.describe());
        events.model(config.model(), NativeAcceleration.describe());
        return source;
    }

    private EngineSpec engine(ComputationGraph network) {
        KeptEngine kept = new KeptEngine(folder);
        EngineChoice choice =
                EngineChoice.of(config.engine(), network.getConfiguration(), spark.getConf(), kept.read());
        kept.write(choice.spec());
        report.engine(choice);
        events.engine(choice);
        return choice.spec();
    }

    private TrainingData data() {
        TrainingData data = TrainingData.load(
                session, config.data(), config.shards(), config.training().seed());
        report.data(data);
        events.data(data, config.shards());
        return data;
    }

    private Trainer.Trained trainDense(Trainer trainer, Network network, Keeper keeper) {
        Stage whole = new Stage("dense", trainer.totalSteps(), dense -> dense);
        return trainer.train("dense", network, List.of(whole), events.training("dense", StepLog.none()), keeper);
    }

    /** Each training of the run is kept apart, in a folder of its own. */
    private Keeper keeper(String title, Trainer trainer, String given, DenseJudge judge) {
        CheckpointStore store = folder.checkpoints(title, config.checkpoint().kept(), events::damagedCheckpoint);
        int every = config.checkpoint().steps(trainer.stepsPerEpoch(), trainer.totalSteps());
        return new Keeper(store, given, every, judge, lock, stop, step -> report.resumed(title, step));
    }

    private int[] shape() {
        return config.data().shape();
    }
}
