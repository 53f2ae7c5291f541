package io.halfspace.spark;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.spark.TaskFailedReason;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.scheduler.TaskInfo;

/**
 * Sees to it that the driver waits for no job of Spark without end: one of which no task has come back for as long as {@link
 * TimeoutConfig} allows, or for which no executor takes a task, is given up, with a sentence that says what was waited for,
 * where, and what failed first. It hears of tasks through Spark's listeners and looks once a second.
 *
 * <p>Watches the jobs that {@link Awaited} marks, which the run of the thread that opens it starts one after the other.
 */
final class ClusterWatch extends SparkListener implements AutoCloseable {
    private static final int NAMED = 4;

    private final JavaSparkContext spark;
    private final TimeoutConfig limits;
    private final String run;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread created = new Thread(task, "halfspace-watch");
        created.setDaemon(true);
        return created;
    });
    private final Set<Integer> stages = new HashSet<>();
    /** By id of the task. */
    private final Map<Long, TaskInfo> running = new TreeMap<>();

    private Optional<Job> current = Optional.empty();
    private Optional<String> lostExecutor = Optional.empty();
    private Optional<String> verdict = Optional.empty();

    /** What is waited for at the moment. */
    private static final class Job {
        private final int id;
        private final Awaited.Kind kind;
        private final String what;
        private boolean begun;
        private int back;
        /** When a task came back last, or the first one began. */
        private long news = System.nanoTime();
        /** Since when no executor has a task of it. */
        private long idle = news;

        private Optional<TaskFault> firstFault = Optional.empty();
        /** Partitions of all its tasks, by id of the task. */
        private final Map<Long, Integer> partitions = new HashMap<>();

        Job(int id, Awaited.Kind kind, String what) {
            this.id = id;
            this.kind = kind;
            this.what = what;
        }
    }

    private ClusterWatch(JavaSparkContext spark, TimeoutConfig limits) {
        this.spark = spark;
        this.limits = limits;
        run = Awaited.run(spark);
    }

    /** Watches a context until closed. */
    static ClusterWatch over(JavaSparkContext spark, TimeoutConfig limits) {
        ClusterWatch watch = new ClusterWatch(spark, limits);
        spark.sc().addSparkListener(watch);
        watch.clock.scheduleWithFixedDelay(watch::look, 1, 1, TimeUnit.SECONDS);
        return watch;
    }

    @Override
    public void close() {
        clock.shutdownNow();
        spark.sc().removeSparkListener(this);
    }

    /** What ended a run, in one sentence with what is known of the cluster. */
    synchronized JobException explain(Throwable failure) {
        Optional<JobException> known = Failures.known(failure);
        if (known.isPresent()) {
            return known.get();
        }
        JobException plain = Failures.explain(failure);
        Optional<TaskFault> fault = TaskFault.in(failure)
                .map(last -> last.of(
                        current.map(job -> job.partitions.get(last.id())).orElse(last.index())));
        if (verdict.isPresent()) {
            return new JobException(ExitCode.TRY_AGAIN, verdict.get(), failure);
        }
        if (fault.isPresent()) {
            return new JobException(ExitCode.TRY_AGAIN, sentence(fault.get()), failure);
        }
        return lostExecutor
                .filter(lost -> Failures.isStop(failure))
                .map(lost -> new JobException(
                        plain.exitCode(), "%s; before, %s".formatted(plain.getMessage(), lost), failure))
                .orElse(plain);
    }

    private String sentence(TaskFault last) {
        Optional<TaskFault> first = current.flatMap(job -> job.firstFault)
                .filter(fault -> !fault.cause().equals(last.cause()) || fault.index() != last.index());
        return "Cannot finish %s: %s %d failed%s on %s, %s%s; %s"
                .formatted(
                        Awaited.told(spark),
                        current.map(job -> job.kind.unit()).orElse("task"),
                        last.index(),
                        last.attempt() == 0 ? "" : " %d times, last".formatted(last.attempt() + 1),
                        last.place(),
                        last.cause(),
                        first.map(fault -> ", and first on %s, %s".formatted(fault.place(), fault.cause()))
                                .orElse(""),
                        Remedy.of(last.cause()));
    }

    @Override
    public synchronized void onJobStart(SparkListenerJobStart event) {
        if (!Awaited.isOf(run, event.properties())) {
            return;
        }
        if (Awaited.isAwaited(event.properties())) {
            current = Optional.of(
                    new Job(event.jobId(), Awaited.kind(event.properties()), Awaited.what(event.properties())));
            // Spark may drop events of a job when its queue is full; that another one starts shows that it came back.
            stages.clear();
            running.clear();
            verdict = Optional.empty();
        } else if (Awaited.isStanding(event.properties())) {
            current = Optional.empty();
        }
    }

    @Override
    public synchronized void onJobEnd(SparkListenerJobEnd event) {
        current.filter(job -> job.id == event.jobId()).ifPresent(job -> job.idle = Long.MAX_VALUE);
    }

    @Override
    public synchronized void onStageSubmitted(SparkListenerStageSubmitted event) {
        if (Awaited.isOf(run, event.properties()) && Awaited.isAwaited(event.properties())) {
            stages.add(event.stageInfo().stageId());
        }
    }

    @Override
    public synchronized void onTaskStart(SparkListenerTaskStart event) {
        if (!stages.contains(event.stageId())) {
            return;
        }
        running.put(event.taskInfo().taskId(), event.taskInfo());
        current.ifPresent(job ->
                job.partitions.put(event.taskInfo().taskId(), event.taskInfo().partitionId()));
        current.filter(job -> !job.begun).ifPresent(job -> {
            job.begun = true;
            job.news = System.nanoTime();
        });
    }

    @Override
    public synchronized void onTaskEnd(SparkListenerTaskEnd event) {
        if (!stages.contains(event.stageId())) {
            return;
        }
        running.remove(event.taskInfo().taskId());
        current.ifPresent(job -> {
            if (running.isEmpty()) {
                job.idle = System.nanoTime();
            }
            if (event.reason() instanceof TaskFailedReason reason) {
                job.firstFault = job.firstFault.or(() -> TaskFault.of(event.taskInfo(), reason));
            } else {
                job.back++;
                job.news = System.nanoTime();
            }
        });
    }

    @Override
    public synchronized void onExecutorRemoved(SparkListenerExecutorRemoved event) {
        lostExecutor = Optional.of("executor %s: %s".formatted(event.executorId(), TaskFault.lost(event.reason())));
    }

    private void look() {
        try {
            judge().ifPresent(job -> spark.sc().cancelJob(job.id, verdict.orElse("")));
        } catch (RuntimeException e) {
            // Spark may be stopping: then nobody waits any more. The next look tells.
        }
    }

    /** The job to give up, after its sentence is made. */
    private synchronized Optional<Job> judge() {
        if (verdict.isPresent() || current.isEmpty() || current.get().idle == Long.MAX_VALUE) {
            return Optional.empty();
        }
        Job job = current.get();
        boolean idle = running.isEmpty();
        Duration limit = idle ? limits.start() : limits.of(job.kind);
        long quiet = System.nanoTime() - (idle ? job.idle : job.news);
        if (quiet < limit.toNanos()) {
            return Optional.empty();
        }
        verdict = Optional.of(idle ? nobodyTakes(job, limit) : nothingComes(job, limit));
        return current;
    }

    private String nobodyTakes(Job job, Duration limit) {
        int executors = Math.max(0, spark.sc().statusTracker().getExecutorInfos().length - 1);
        return "Cannot finish %s: no executor has taken a task of it for %d seconds, found %d executors, expected at least one with %s cores and %s of memory%s; see that the cluster has room for one, ask for smaller ones (spark.executor.cores, spark.executor.memory), or raise spark.start-timeout"
                .formatted(
                        job.what,
                        limit.toSeconds(),
                        executors,
                        spark.getConf()
                                .get("spark.executor.cores", spark.getConf().get("spark.task.cpus", "1")),
                        spark.getConf().get("spark.executor.memory", "1g"),
                        first(job)
                                .or(() -> lostExecutor.map(lost -> ", and before, " + lost))
                                .orElse(""));
    }

    private String nothingComes(Job job, Duration limit) {
        String where = running.values().stream()
                .limit(NAMED)
                .map(task -> "%s %d on %s"
                        .formatted(
                                job.kind.unit(), task.partitionId(), TaskFault.place(task.executorId(), task.host())))
                .collect(Collectors.joining(", "));
        int more = running.size() - NAMED;
        return "Cannot finish %s: nothing has come back for %d seconds, %d done before, still at work %s%s%s; look at what that executor does, or raise %s; the same command goes on from the last checkpoint"
                .formatted(
                        job.what,
                        limit.toSeconds(),
                        job.back,
                        where,
                        more > 0 ? " and %d more".formatted(more) : "",
                        first(job).orElse(", and none has failed"),
                        TimeoutConfig.key(job.kind));
    }

    private static Optional<String> first(Job job) {
        return job.firstFault.map(fault -> ", and first failed %s %d on %s, %s"
                .formatted(job.kind.unit(), fault.index(), fault.place(), fault.cause()));
    }
}
