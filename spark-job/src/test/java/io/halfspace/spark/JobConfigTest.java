package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class JobConfigTest {
    private static final String SMALLEST = """
        model: lenet
        data:
          format: idx
          shape: [1, 28, 28]
          classes: 10
          train: {path: images.gz, labels: labels.gz}
        target: {parameters: 0.1}
        """;

    @TempDir
    private Path folder;

    @Test
    void smallestJobFile_hasTheDocumentedDefaults() throws Exception {
        JobConfig config = read(SMALLEST);

        assertThat(config.name()).isEqualTo("job");
        assertThat(config.model()).isEqualTo("lenet");
        assertThat(config.training())
                .isEqualTo(new TrainingConfig(
                        10,
                        64,
                        Optional.empty(),
                        0.001,
                        TrainingConfig.ScheduleName.CONSTANT,
                        0.9,
                        0,
                        0,
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        0,
                        false,
                        42));
        assertThat(config.mode()).isEqualTo(Mode.PRUNE);
        assertThat(config.erase()).isEmpty();
        assertThat(config.compact()).isTrue();
        assertThat(config.layers()).isEqualTo(LayersConfig.ALL);
        assertThat(config.target()).isEqualTo(new TargetConfig(TargetConfig.Measure.PARAMETERS, 0.1));
        assertThat(config.solver())
                .isEqualTo(new SolverConfig(
                        SolverConfig.Method.DHSPG,
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        0.95,
                        10,
                        Optional.empty(),
                        Optional.empty()));
        assertThat(config.shards()).isEqualTo(4);
        assertThat(config.master()).isEqualTo("local[*]");
        assertThat(config.data().normalization()).isEqualTo(Normalization.STANDARDIZE);
        assertThat(config.data().test().path()).isEmpty();
    }

    @Test
    void relativePaths_areRelativeToTheJobFile_andMadeAbsolute() throws Exception {
        JobConfig config = read(SMALLEST);

        assertThat(config.data().train().path()).isEqualTo("file:" + folder + "/images.gz");
        assertThat(config.data().train().labels()).isEqualTo("file:" + folder + "/labels.gz");
    }

    @Test
    void pathsWithASchemeOrARoot_areTakenAsTheyStand() throws Exception {
        assertThat(read(SMALLEST, "data.train.path=hdfs://name/x.gz", "model=/models/a.zip"))
                .satisfies(config -> assertThat(config.data().train().path()).isEqualTo("hdfs://name/x.gz"))
                .satisfies(config -> assertThat(config.model()).isEqualTo("/models/a.zip"));
    }

    @Test
    void rows_areFirstAndExclusiveEnd() throws Exception {
        DataPart train = read(SMALLEST, "data.train.rows=10-8000").data().train();

        assertThat(train.firstRow()).isEqualTo(10);
        assertThat(train.endRow()).isEqualTo(8000);
    }

    @Test
    void settings_overrideAndAddKeys() throws Exception {
        JobConfig config = read(SMALLEST, "training.epochs=3", "training.optimizer=momentum", "spark.shards=2");

        assertThat(config.training().epochs()).isEqualTo(3);
        assertThat(config.training().optimizer()).contains(TrainingConfig.OptimizerName.MOMENTUM);
        assertThat(config.shards()).isEqualTo(2);
        assertThat(config.text()).contains("epochs: 3");
    }

    @Test
    void solverMethod_isChosen_andKeysOfTheOtherAreFaults() throws Exception {
        SolverConfig solver =
                read(SMALLEST, "solver.method=hesso", "solver.periods=5").solver();

        assertThat(solver.method()).isEqualTo(SolverConfig.Method.HESSO);
        assertThat(solver.periods()).isEqualTo(5);
        assertThatThrownBy(() -> read(SMALLEST, "solver.method=hesso", "solver.lambda=0.1", "solver.epsilon=0.5"))
                .hasMessageContaining("solver.lambda: belongs to method dhspg, found method hesso")
                .hasMessageContaining("solver.epsilon: belongs to method dhspg, found method hesso");
        assertThatThrownBy(() -> read(SMALLEST, "solver.periods=3"))
                .hasMessageContaining("solver.periods: belongs to method hesso, found method dhspg");
        assertThatThrownBy(() -> read(SMALLEST, "solver.method=sgd"))
                .hasMessageContaining("solver.method: found sgd, expected one of dhspg, hesso");
    }

    @Test
    void layers_areNamedByPatterns() throws Exception {
        JobConfig config = read(
                SMALLEST, "layers={include: ['conv*'], exclude: [dense], min-channels: {'conv?': 8}, round-to: 4}");

        assertThat(config.layers())
                .isEqualTo(new LayersConfig(List.of("conv*"), List.of("dense"), Map.of("conv?", 8), 4));
        assertThatThrownBy(() -> read(SMALLEST, "layers={include: conv, min-channels: {dense: 0}}"))
                .hasMessageContaining("layers.include: found conv, expected a list of texts")
                .hasMessageContaining("layers.min-channels.dense: found 0, expected a whole number from 1");
    }

    @Test
    void modes_haveTheirTargetsAndMethods() throws Exception {
        JobConfig both = read(
                SMALLEST,
                "mode=erase-then-prune",
                "erase={groups: 2, warm-up: 2 epochs, method: hesso}",
                "solver.compact=false");

        EraseConfig erase = both.erase().orElseThrow();
        assertThat(erase.target()).isEqualTo(new TargetConfig(TargetConfig.Measure.GROUPS, 2));
        assertThat(erase.solver().method()).isEqualTo(SolverConfig.Method.HESSO);
        assertThat(erase.solver().warmUp()).contains(new Span(2, Span.Unit.EPOCHS));
        assertThat(both.solver().method()).isEqualTo(SolverConfig.Method.DHSPG);
        assertThat(both.compact()).isFalse();
        assertThat(read(SMALLEST, "mode=erase").solver().method()).isEqualTo(SolverConfig.Method.H2SPG);
    }

    @Test
    void allFaults_areReportedAtOnce() {
        String faulty = """
            modle: lenet
            data:
              format: xml
              shape: [28, 28]
              classes: ten
              train: {path: a, rows: 5-2}
              validation: {path: b, fraction: 0.1}
            training: {epochs: 0, batch: 2, colour: red}
            target: {groups: 0.5, flops: 0.5}
            solver: {warm-up: 0.6, frozen-at: 0.5}
            spark: {shards: 8}
            """;

        assertThatThrownBy(() -> read(faulty))
                .asInstanceOf(type(JobException.class))
                .satisfies(e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CONFIGURATION))
                .extracting(Throwable::getMessage)
                .asString()
                .contains(
                        "model: is missing",
                        "modle: unknown key, expected one of",
                        "data.format: found xml, expected one of idx, csv, images, parquet",
                        "data.shape: found [28, 28], expected [features] or [channels, height, width]",
                        "data.classes: found ten, expected a whole number from 2",
                        "data.train.rows: found 5-2",
                        "data.validation.fraction: found beside a path",
                        "training.epochs: found 0, expected a whole number from 1",
                        "training.colour: unknown key",
                        "target.groups|parameters|flops: found 2 targets, expected exactly one",
                        "solver.warm-up: found 0.6, expected less than frozen-at 0.5",
                        "training.batch: found 2, expected a multiple of spark.shards, which is 8");
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " | ",
            value = {
                "training.batch=66 | training.batch: found 66, expected a multiple of spark.shards, which is 4",
                "data.format=images;data.shape=[2, 8, 8] | data.shape: found [2, 8, 8], expected [1 or 3, height,"
                        + " width]",
                "data.shape=[100000, 100000, 100000] | data.shape: found [100000, 100000, 100000], expected at most",
                "data.validation.fraction=0.6;data.test.fraction=0.6 | data.validation.fraction: found 0.6 beside",
                "data.train.path=a:b | data.train.path: found a:b, expected a path or URI",
                "data.train.folder=a/../../b | data.train.folder: found a/../../b, expected a folder inside the path",
                "spark.step-timeout=soon | spark.step-timeout: found soon, expected 'N seconds', 'N minutes' or 'N hours'",
                "spark.start-timeout=0 hours | spark.start-timeout: found 0 hours, expected",
                "data.train.fraction=0.5 | data.train.fraction: unknown key",
                "model=a:b.zip | model: found a:b.zip, expected a path or URI",
                "target={flops: 0} | target.flops: found 0, expected a share in (0, 1]",
                "model=a.zip;training.learning-rate=0.1 | training.learning-rate: found without optimizer",
                "model=a.zip;training.clip-norm=1 | training.clip-norm: found without optimizer",
                "training.clip-norm=1;training.clip-value=1 | training.clip-value: found beside clip-norm",
                "mode=shrink | mode: found shrink, expected one of prune, erase, erase-then-prune",
                "mode=erase-then-prune | erase.groups|parameters|flops: found 0 targets, expected exactly one",
                "erase={flops: 0.5} | erase: belongs to mode erase-then-prune, found mode prune",
                "mode=erase;solver.method=dhspg | solver.method: found dhspg, expected one of h2spg, hesso",
                "solver.method=h2spg | solver.method: found h2spg, expected one of dhspg, hesso",
                "mode=erase;layers.round-to=8 | layers.round-to: found with mode erase",
                "target={groups: 1.5} | target.groups: found 1.5, expected a share from 0 to 1 or a whole number",
                "solver.warm-up=12 epochs | solver.warm-up: found 12 epochs, expected at most the 10 epochs of the run",
                "solver.warm-up=soon | solver.warm-up: found soon, expected a share of the run from 0 to 1, 'N epochs'",
                "solver.warm-up=8 epochs;solver.frozen-at=0.5 | solver.warm-up: found 8 epochs, expected less than"
                        + " frozen-at",
            })
    void faultsThatOnlyShowTogether_areConfigurationFaultsToo(String settings, String fault) {
        assertThatThrownBy(() -> read(SMALLEST, settings.split(";")))
                .asInstanceOf(type(JobException.class))
                .satisfies(e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CONFIGURATION))
                .extracting(Throwable::getMessage)
                .asString()
                .contains("found 1 fault:", fault);
    }

    @Test
    void labelColumnOfParquet_isLabelUnlessSaid() throws Exception {
        assertThat(read(SMALLEST, "data.format=parquet").data().labelColumn()).isEqualTo("label");
        assertThat(read(SMALLEST).data().labelColumn()).isEqualTo("last");
    }

    @Test
    void brokenYaml_isOneSentence() {
        assertThatThrownBy(() -> read("model: [unclosed"))
                .isInstanceOf(JobException.class)
                .hasMessageContaining("it is no valid YAML")
                .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
        assertThatThrownBy(() -> read("")).hasMessageContaining("found nothing, expected a mapping of keys");
        assertThatThrownBy(() -> read("model: a\nmodel: b")).hasMessageContaining("it is no valid YAML");
        assertThatThrownBy(() -> read(SMALLEST, "epochs")).hasMessageContaining("expected key.path=value");
    }

    @Test
    void missingFile_isOneSentence() {
        assertThatThrownBy(() -> JobFile.read(folder + "/none.yaml", List.of(), new Configuration()))
                .isInstanceOf(JobException.class)
                .hasMessageStartingWith("Cannot read job file '%s/none.yaml'".formatted(folder));
    }

    private JobConfig read(String text, String... settings) throws Exception {
        Path file = Files.writeString(folder.resolve("job.yaml"), text);
        return JobConfig.of(JobFile.read(file.toString(), List.of(settings), new Configuration()));
    }
}
