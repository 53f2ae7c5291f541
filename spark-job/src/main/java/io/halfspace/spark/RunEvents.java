package io.halfspace.spark;

import io.halfspace.graph.NetworkCost;
import java.util.Locale;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskFailedReason;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.TaskInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Is told of what happens in a run and tells whoever is interested: a person at a terminal ({@link Progress}), a log that a
 * person on call can search (an {@link EventLine} an event through SLF4J, logger {@value #LOGGER}), and metrics ({@link
 * RunMetrics}). {@code docs/operations.md} lists the events.
 *
 * <p>What happens to tasks and executors is told by Spark's listeners, on another thread.
 */
final class RunEvents implements AutoCloseable {
    static final String LOGGER = "io.halfspace.events";
    private static final Logger LOG = LoggerFactory.getLogger(LOGGER);

    private final JavaSparkContext spark;
    private final String run;
    private final Progress progress;
    private final RunMetrics metrics = new RunMetrics();
    private final ClusterEvents cluster;
    private volatile Where where = new Where("", 0, "setup");

    /**
     * Where the run is; every event says so.
     *
     * @param training which of its trainings, empty before the first
     * @param step steps that this one has taken
     * @param phase the solver's, or what comes before and after it
     */
    private record Where(String training, int step, String phase) {}

    private RunEvents(JavaSparkContext spark, String run, Progress progress) {
        this.spark = spark;
        this.run = run;
        this.progress = progress;
        cluster = new ClusterEvents(spark, run, this, metrics);
    }

    /**
     * Begins to listen and to show metrics.
     *
     * @param run the run's id
     */
    static RunEvents of(JavaSparkContext spark, String run, Progress progress) {
        RunEvents events = new RunEvents(spark, run, progress);
        spark.sc().addSparkListener(events.cluster);
        try {
            events.metrics.register();
        } catch (LinkageError e) {
            LOG.warn("{}", events.line("metrics-missing").with("error", e));
        }
        return events;
    }

    /** The run is over: nothing more is heard; the metrics stay for sinks that come by later. */
    @Override
    public void close() {
        metrics.end();
        spark.sc().removeSparkListener(cluster);
    }

    /** A training of the run begins. */
    TrainingEvents training(String title, StepLog steps) {
        return new TrainingEvents(this, title, steps);
    }

    Progress progress() {
        return progress;
    }

    RunMetrics metrics() {
        return metrics;
    }

    void at(String training, int step, String phase) {
        where = new Where(training, step, phase);
    }

    EventLine line(String event) {
        Where at = where;
        EventLine line = EventLine.of(event).with("run", run);
        if (!at.training.isEmpty()) {
            line.with("training", at.training);
        }
        return line.with("step", at.step).with("phase", at.phase);
    }

    /** An event that needs nobody. */
    static void info(EventLine line) {
        LOG.info("{}", line);
    }

    /** An event that the run gets over, and somebody may want to look into. */
    static void warn(EventLine line) {
        LOG.warn("{}", line);
    }

    void started(JobConfig config, RunFolder folder) {
        SparkConf conf = spark.getConf();
        info(line("start")
                .with("folder", folder)
                .with("job", folder.location(RunFolder.JOB))
                .with("mode", ConfigSection.word(config.mode()))
                .with("target", ConfigSection.word(config.target().measure()))
                .measured("amount", config.target().amount())
                .with("seed", config.training().seed())
                .with("shards", config.shards())
                .with("threads", conf.get("spark.executorEnv.OMP_NUM_THREADS", ""))
                .with("master", spark.master())
                .with("app", spark.sc().applicationId())
                .with("halfspace", Version.HALFSPACE)
                .with("spark", spark.version())
                .with("dl4j", Version.DL4J)
                .with("java", System.getProperty("java.version"))
                .with("pid", ProcessHandle.current().pid()));
    }

    void model(String name, String kernels) {
        progress.say("model     %s; %s", name, kernels);
        info(line("model").with("model", name).with("kernels", kernels));
    }

    void analysed(Network network) {
        NetworkCost cost = network.cost();
        int groups = network.groups().count();
        int segments = network.segments().count();
        progress.say(
                "analysis  %d groups, %d erasable segments, %,d parameters, %,d FLOPs",
                groups, segments, cost.parameters(), cost.flops());
        info(line("analysis")
                .with("groups", groups)
                .with("segments", segments)
                .with("parameters", cost.parameters())
                .with("flops", cost.flops()));
    }

    void engine(EngineChoice choice) {
        progress.say("engine    %s", choice.line());
        info(line("engine")
                .with("engine", choice.spec().engine())
                .with("device", choice.spec().device())
                .with("precision", ConfigSection.word(choice.spec().precision()))
                .with("threads", choice.spec().threads())
                .with("reason", choice.reason()));
    }

    void data(TrainingData data, int shards) {
        progress.say(
                "data      %,d training, %,d validation, %,d test examples in %d shards",
                data.trainRows(), data.validationRows(), data.testRows(), shards);
        info(line("data")
                .with("train", data.trainRows())
                .with("validation", data.validationRows())
                .with("test", data.testRows())
                .with("shards", shards));
    }

    /** Training is over, the result is checked and written. */
    void publishing() {
        where = new Where("", where.step, "publication");
    }

    void damagedCheckpoint(String sentence) {
        metrics.checkpointsDamaged.inc();
        progress.say("warning   %s", sentence);
        warn(line("checkpoint-damaged").with("error", sentence));
    }

    /** A process may take less memory than the run usually needs. */
    void tightMemory(String sentence) {
        progress.say("warning   %s", sentence);
        warn(line("memory-tight").with("error", sentence));
    }

    void taskFailed(int stage, TaskInfo task, TaskFailedReason reason) {
        warn(task(line("task-failed"), stage, task).with("error", firstLine(reason.toErrorString())));
    }

    void taskRetried(int stage, TaskInfo task) {
        warn(task(line("task-retried"), stage, task));
    }

    private static EventLine task(EventLine line, int stage, TaskInfo task) {
        return line.with("stage", stage)
                .with("task", task.index())
                .with("attempt", task.attemptNumber() + 1)
                .with("executor", task.executorId())
                .with("host", task.host());
    }

    void executorLost(String executor, String reason) {
        warn(line("executor-lost").with("executor", executor).with("reason", firstLine(reason)));
    }

    void stopAsked() {
        warn(line("stop-asked"));
    }

    /** Whatever ended the run early. */
    void failed(JobException failure) {
        EventLine line = line(failure.exitCode() == ExitCode.STOPPED ? "stopped" : "failed")
                .with("exitCode", failure.exitCode().number())
                .with("error", failure.getMessage());
        if (failure.exitCode() == ExitCode.STOPPED) {
            warn(line);
        } else {
            LOG.error("{}", line);
        }
    }

    void finished(RunReport report, RunFolder folder) {
        info(line("finished")
                .with("exitCode", ExitCode.OK.number())
                .with("parameters", String.format(Locale.ROOT, "%.0f", report.number("compact", "parameters")))
                .with("flops", String.format(Locale.ROOT, "%.0f", report.number("compact", "flops")))
                .measured("accuracy", report.number("compact", "accuracy"))
                .with("model", folder.location(RunFolder.MODEL)));
    }

    void finishedBefore() {
        progress.say("finished  before; nothing was done");
        info(line("finished-before").with("exitCode", ExitCode.OK.number()));
    }

    private static String firstLine(String text) {
        return Secrets.known().hide(Failures.firstLine(text));
    }
}
