package io.halfspace.spark;

import io.halfspace.dl4j.Evaluation;
import io.halfspace.dl4j.NetworkShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code halfspace evaluate MODEL JOB}: accuracy of a model on the data of a job file. */
@Command(
        name = "evaluate",
        description = {
            "Measures a model's accuracy and loss on the test part of a job file (else its validation, else its"
                    + " training part).",
            "Values are normalised as the model was trained: with the normalizer inside it, else as the job file says."
        },
        mixinStandardHelpOptions = true)
final class EvaluateCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "MODEL", description = "Deeplearning4j zip, for instance a run's model.zip.")
    private String model;

    @Parameters(index = "1", paramLabel = "JOB", description = "Job file (YAML) that names the data.")
    private String job;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Overrides a key of the job file. May be repeated.")
    private List<String> settings = new ArrayList<>();

    @Override
    public Integer call() {
        Secrets.known().refuseLocation("the command line", model);
        ExecutorNatives.prepare();
        JobConfig config = JobConfig.of(JobFile.read(job, settings, new Configuration()));
        int[] shape = config.data().shape();
        int classes = config.data().classes();
        ModelSource source =
                ModelSource.load(model, shape, classes, config.training().seed(), new Configuration());
        NetworkShape.check(source.network(), shape, classes);
        Optional<Normalizer> normalizer = ModelSource.normalizer(model, shape[0], new Configuration());
        SparkSession session =
                Sessions.open(config.name(), config.master(), config.timeouts().start());
        try (ClusterWatch watch =
                ClusterWatch.over(JavaSparkContext.fromSparkContext(session.sparkContext()), config.timeouts())) {
            return evaluate(watch, session, config, source, normalizer);
        } finally {
            Sessions.close(session);
        }
    }

    private static Integer evaluate(
            ClusterWatch watch,
            SparkSession session,
            JobConfig config,
            ModelSource source,
            Optional<Normalizer> normalizer) {
        try (TrainingData data = TrainingData.load(
                session, config.data(), config.shards(), config.training().seed(), normalizer)) {
            JavaSparkContext spark = JavaSparkContext.fromSparkContext(session.sparkContext());
            EngineSpec engine = EngineChoice.of(
                            config.engine(), source.network().getConfiguration(), spark.getConf())
                    .spec();
            Trainer trainer = new Trainer(spark, data, config, engine);
            trainer.checkEngine(source.network());
            Evaluation evaluation = trainer.evaluate("evaluate", source.network());
            System.out.println(String.format(
                    Locale.ROOT,
                    "accuracy %.4f  loss %.4f  (%d %s examples)",
                    evaluation.accuracy(),
                    evaluation.loss(),
                    evaluation.rows(),
                    trainer.judgedOn()));
            return ExitCode.OK.number();
        } catch (Throwable e) {
            // Not only runtime exceptions: Scala code throws Spark's checked ones undeclared, and memory may run out.
            throw watch.explain(e);
        }
    }
}
