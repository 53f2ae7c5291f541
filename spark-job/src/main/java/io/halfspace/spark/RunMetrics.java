package io.halfspace.spark;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.DoubleAdder;
import org.apache.spark.SparkEnv;
import org.apache.spark.metrics.MetricsSystem;
import org.apache.spark.metrics.source.Source;

/**
 * The numbers of a run in Spark's own metrics system, so that every sink that a cluster has (Prometheus, JMX, CSV, Graphite)
 * sees them, as {@code driver.halfspace.NAME}. {@code docs/operations.md} lists them.
 *
 * <p>Gauges tell where the run is; counters and times count what this process did, so that they begin at zero where a run
 * goes on. Written by the driver's thread and by Spark's listeners, read by sinks at any time.
 */
final class RunMetrics implements Source {
    private static final String NAME = "halfspace";

    /** Those of the last run in this process, if there was one. */
    private static final AtomicReference<RunMetrics> SHOWN = new AtomicReference<>();

    private final MetricRegistry registry = new MetricRegistry();

    private final Counter stepsTaken = registry.counter("stepsTaken");
    private final Counter stepsStanding = registry.counter("stepsStanding");
    private final Counter epochs = registry.counter("epochs");
    private final Counter examples = registry.counter("examples");
    final Counter batchesSkipped = registry.counter("batchesSkipped");
    final Counter bytesSent = registry.counter("bytesSent");
    final Counter bytesReceived = registry.counter("bytesReceived");
    final Counter tasksFailed = registry.counter("tasksFailed");
    final Counter tasksRetried = registry.counter("tasksRetried");
    final Counter executorsLost = registry.counter("executorsLost");
    private final Counter checkpoints = registry.counter("checkpoints");
    private final Counter checkpointBytes = registry.counter("checkpointBytes");
    final Counter checkpointsDamaged = registry.counter("checkpointsDamaged");

    private final Time step = new Time("step");
    private final Time round = new Time("round");
    private final Time compute = new Time("compute");
    private final Time update = new Time("update");
    private final Time solver = new Time("solver");
    private final Time evaluation = new Time("evaluation");
    private final Time checkpoint = new Time("checkpoint");

    private volatile Now now = new Now("", "", 0, 0, Double.NaN, Double.NaN, 0, 0, 0, -1);
    private volatile double validationLoss = Double.NaN;
    private volatile double validationAccuracy = Double.NaN;
    private volatile boolean running = true;

    /** Where the run is, replaced as a whole. */
    private record Now(
            String training,
            String stage,
            int step,
            int steps,
            double loss,
            double learningRate,
            int groups,
            int groupsZero,
            int parameters,
            int phase) {}

    /** How long something takes: its distribution, and the sum in seconds, which rates can be made of. */
    private final class Time {
        private final Timer timer;
        private final DoubleAdder seconds = new DoubleAdder();

        private Time(String name) {
            timer = registry.timer("time." + name);
            registry.gauge("time." + name + ".seconds", () -> seconds::sum);
        }

        void add(long nanos) {
            timer.update(nanos, TimeUnit.NANOSECONDS);
            seconds.add(nanos / 1e9);
        }
    }

    RunMetrics() {
        gauge("running", () -> running ? 1 : 0);
        gauge("training", () -> now.training);
        gauge("stage", () -> now.stage);
        gauge("phase", () -> now.phase);
        gauge("step", () -> now.step);
        gauge("steps", () -> now.steps);
        gauge("loss", () -> now.loss);
        gauge("learningRate", () -> now.learningRate);
        gauge("parameters", () -> now.parameters);
        gauge("groups", () -> now.groups);
        gauge("groupsZero", () -> now.groupsZero);
        gauge("groupsZeroShare", () -> now.groups == 0 ? 0 : (double) now.groupsZero / now.groups);
        gauge("validationLoss", () -> validationLoss);
        gauge("validationAccuracy", () -> validationAccuracy);
    }

    private <T> void gauge(String name, Gauge<T> value) {
        registry.gauge(name, () -> value);
    }

    /**
     * Adds them to the metrics of the running Spark, in place of those of a run before in the same Spark; they stay until it
     * stops.
     *
     * @throws LinkageError if this Spark has another metrics system than 3.5 to 4.1: it is not part of its public API
     */
    void register() {
        MetricsSystem system = SparkEnv.get().metricsSystem();
        RunMetrics before = SHOWN.getAndSet(this);
        if (before != null) {
            system.removeSource(before);
        }
        system.registerSource(this);
    }

    /** The run is over. */
    void end() {
        running = false;
    }

    void step(String training, int steps, StepTaken taken) {
        Trainee trainee = taken.trainee();
        stepsTaken.inc();
        examples.inc(taken.sum().rows());
        bytesSent.inc(taken.sum().bytesSent());
        bytesReceived.inc(taken.sum().bytesReceived());
        stepsStanding.inc(taken.sum().standing() ? 1 : 0);
        round.add(taken.roundNanos());
        compute.add(taken.computeNanos());
        update.add(taken.updateNanos());
        solver.add(taken.solverNanos());
        step.add(taken.roundNanos() + taken.updateNanos() + taken.solverNanos());
        now = new Now(
                training,
                taken.stage().name(),
                taken.step() + 1,
                steps,
                taken.loss(),
                trainee.learningRate(taken.step(), taken.epoch()),
                trainee.groups().count(),
                trainee.zeroCount(),
                trainee.parameters().length,
                taken.report().phase().ordinal());
    }

    void epoch(History.Epoch epoch, long evaluationNanos) {
        epochs.inc();
        evaluation.add(evaluationNanos);
        validationLoss = epoch.validationLoss();
        validationAccuracy = epoch.validationAccuracy();
    }

    void checkpoint(long bytes, long nanos) {
        checkpoints.inc();
        checkpointBytes.inc(bytes);
        checkpoint.add(nanos);
    }

    @Override
    public String sourceName() {
        return NAME;
    }

    @Override
    public MetricRegistry metricRegistry() {
        return registry;
    }
}
