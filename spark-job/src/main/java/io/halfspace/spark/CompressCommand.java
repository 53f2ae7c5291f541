package io.halfspace.spark;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code halfspace compress JOB}: trains a network and writes the smaller one. */
@Command(
        name = "compress",
        description = "Trains the network of a job file and writes the compact one.",
        mixinStandardHelpOptions = true)
final class CompressCommand implements Callable<Integer> {
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
            description = "Folder for the results, new or empty; default runs/NAME-TIME.")
    private String out = "";

    @Override
    public Integer call() {
        JobConfig config = JobConfig.of(JobFile.read(job, settings, new Configuration()));
        Progress progress = new Progress(System.out, System.console() != null);
        SparkSession session = Sessions.open(config.name(), config.master());
        try {
            RunFolder folder =
                    RunFolder.claim(folder(config), session.sparkContext().hadoopConfiguration());
            RunReport report = new CompressionJob(session, config, folder, progress).run();
            progress.say("%s", Summary.of(report));
            progress.say("written   %s", folder);
            return ExitCode.OK.number();
        } finally {
            Sessions.close(session);
        }
    }

    private String folder(JobConfig config) {
        if (!out.isEmpty()) {
            return out;
        }
        if (!config.output().isEmpty()) {
            return config.output();
        }
        String time = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").format(LocalDateTime.now());
        return "runs/" + config.name() + "-" + time;
    }
}
