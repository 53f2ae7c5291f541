package io.halfspace.spark;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code halfspace compress JOB}: trains a network and writes the smaller one. */
@Command(
        name = "compress",
        description = "Trains the network of a job file and writes the compact one.",
        mixinStandardHelpOptions = true)
final class CompressCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "JOB", description = "Job file (YAML); see docs/configuration.md.")
    private String job;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Overrides a key of the job file, e.g. --set training.epochs=3. May be repeated.")
    private List<String> settings = new ArrayList<>();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Folder for the results: new, empty, or that of the same job, which then goes on where it"
                    + " ended; default runs/NAME-TIME.")
    private String out = "";

    @Option(
            names = "--run-id",
            paramLabel = "ID",
            description = "Makes runs/ID the folder, for schedulers that try again: give the same ID to each attempt.")
    private String runId = "";

    @Option(
            names = "--resume",
            paramLabel = "auto|force|never",
            description = "Whether to go on with a run that was interrupted: auto if its configuration is the same"
                    + " (default), force also if keys differ that may change on the way, never.")
    private ResumePolicy resume = ResumePolicy.AUTO;

    @Override
    public Integer call() {
        JobConfig config = JobConfig.of(JobFile.read(job, settings, new Configuration()));
        Secrets.known().refuseLocation("the command line", out);
        Progress progress = new Progress(System.out, System.console() != null);
        try (StopSignal stop = new StopSignal()) {
            SparkSession session = Sessions.open(
                    config.name(), config.master(), config.timeouts().start());
            try {
                RunFolder folder = RunFolder.claim(
                        folder(config),
                        config.text(),
                        resume,
                        session.sparkContext().hadoopConfiguration());
                progress.say("%s", Summary.of(report(session, config, folder, stop, progress)));
                progress.say("written   %s", folder);
                return ExitCode.OK.number();
            } catch (Exception e) {
                if (stop.isAsked()) {
                    // Here and not by the caller: the process ends as soon as the signal is closed.
                    return Main.explain(e, spec.commandLine());
                }
                throw e;
            } finally {
                Sessions.close(session);
            }
        }
    }

    /** Runs the job, unless it has been done. */
    private static RunReport report(
            SparkSession session, JobConfig config, RunFolder folder, StopSignal stop, Progress progress) {
        JavaSparkContext spark = JavaSparkContext.fromSparkContext(session.sparkContext());
        try (RunEvents events = RunEvents.of(spark, folder.name(), progress)) {
            stop.onAsked(events::stopAsked);
            Optional<RunReport> finished = finished(folder, events);
            if (finished.isPresent()) {
                return finished.get();
            }
            events.started(config, folder);
            try (RunLock lock = folder.take()) {
                // The driver that was waited for may have come to its end meanwhile.
                Optional<RunReport> meanwhile = finished(folder, events);
                if (meanwhile.isPresent()) {
                    return meanwhile.get();
                }
                RunReport report = new CompressionJob(session, config, folder, lock, stop, events).run();
                events.finished(report, folder);
                return report;
            } catch (JobException e) {
                events.failed(e);
                throw e;
            }
        }
    }

    private static Optional<RunReport> finished(RunFolder folder, RunEvents events) {
        Optional<RunReport> report = folder.finished();
        if (report.isPresent()) {
            events.finishedBefore();
        }
        return report;
    }

    private String folder(JobConfig config) {
        if (!out.isEmpty()) {
            return out;
        }
        if (!runId.isEmpty()) {
            return "runs/" + runId;
        }
        if (!config.output().isEmpty()) {
            return config.output();
        }
        String time = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").format(LocalDateTime.now());
        return "runs/" + config.name() + "-" + time;
    }
}
