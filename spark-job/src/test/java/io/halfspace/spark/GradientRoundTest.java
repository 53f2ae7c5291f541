package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.halfspace.dl4j.Batch;
import io.halfspace.dl4j.Dl4jGradientEngine;
import io.halfspace.dl4j.FlatParameters;
import io.halfspace.dl4j.GradientSum;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;

final class GradientRoundTest {
    private static final int ROWS = 96;
    private static final int FEATURES = 5;
    private static final int CLASSES = 3;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 7})
    void gradientOfAnyNumberOfShards_isTheGradientOfOneMachine(int shards) throws Exception {
        ComputationGraph network = network();
        float[] parameters = FlatParameters.of(network);
        GradientSum alone = onOneMachine(network, parameters);

        try (TrainingData data = load(shards);
                GradientRound round = round(network, data, shards)) {
            GradientRound.Sum sum = round.compute(parameters, 0, 0);

            assertThat(sum.rows()).isEqualTo(ROWS);
            assertThat(sum.minibatches()).isEqualTo(shards);
            assertThat(sum.lossSum()).isCloseTo(alone.lossSum(), within(1e-4));
            for (int i = 0; i < parameters.length; i++) {
                assertThat(sum.gradient()[i]).isCloseTo(alone.gradient()[i], within(2e-5f));
            }
        }
    }

    @Test
    void sameStep_hasTheSameBits() throws Exception {
        ComputationGraph network = network();
        float[] parameters = FlatParameters.of(network);
        try (TrainingData data = load(4);
                GradientRound round = round(network, data, 4)) {
            assertThat(round.compute(parameters, 3, 0).gradient())
                    .containsExactly(round.compute(parameters, 3, 0).gradient());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void tasksThatStandBy_giveTheBitsOfJobs(int shards) throws Exception {
        ComputationGraph network = network();
        float[] parameters = FlatParameters.of(network);
        try (TrainingData data = load(shards);
                GradientRound standing = round(network, data, shards, true);
                GradientRound jobs = round(network, data, shards, false)) {
            for (int epoch = 0; epoch < 3; epoch++) {
                GradientRound.Sum expected = jobs.compute(parameters, epoch, 0);
                GradientRound.Sum sum = standing.compute(parameters, epoch, 0);

                assertThat(sum.gradient()).containsExactly(expected.gradient());
                assertThat(sum.lossSum()).isEqualTo(expected.lossSum());
                assertThat(sum.rows()).isEqualTo(expected.rows());
                assertThat(sum.steepest()).isEqualTo(expected.steepest());
                assertThat(expected.standing()).isFalse();
                assertThat(sum.standing()).as("after the first step").isEqualTo(epoch > 0);
                standing.rest();
                parameters[epoch] += 1;
            }
        }
    }

    @Test
    void shardsThatLieOnDisk_areLeftToJobs() throws Exception {
        ComputationGraph network = network();
        float[] parameters = FlatParameters.of(network);
        try (TrainingData data = load(3)) {
            data.train().unpersist(true);
            data.train().persist(StorageLevel.DISK_ONLY());
            try (GradientRound round = round(network, data, 3)) {
                float[] first = round.compute(parameters, 0, 0).gradient();
                for (int step = 0; step < 4; step++) {
                    GradientRound.Sum sum = round.compute(parameters, 0, 0);

                    assertThat(sum.standing()).isFalse();
                    assertThat(sum.gradient()).containsExactly(first);
                }
            }
        }
    }

    @Test
    void cancellingAllJobs_endsTheRun_alsoWhileTasksStandBy() throws Exception {
        ComputationGraph network = network();
        float[] parameters = FlatParameters.of(network);
        try (TrainingData data = load(2);
                GradientRound round = round(network, data, 2)) {
            round.compute(parameters, 0, 0);
            assertThat(round.compute(parameters, 0, 0).standing()).isTrue();

            LocalSpark.session().sparkContext().cancelAllJobs();

            assertThatThrownBy(() -> {
                        for (int step = 0; step < 1000; step++) {
                            assertThat(round.compute(parameters, 0, 0).standing())
                                    .as("the job is still there")
                                    .isTrue();
                        }
                    })
                    .isInstanceOf(Shift.CancelledException.class)
                    .hasMessageContaining("cancelled");
        }
    }

    @Test
    @Timeout(120)
    void aJobOfSomebodyElse_getsTheSlots_andTheStepsAreJobsMeanwhile() throws Exception {
        ComputationGraph network = network();
        float[] parameters = FlatParameters.of(network);
        JavaSparkContext spark =
                JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext());
        int slots = spark.defaultParallelism();
        try (TrainingData data = load(slots);
                GradientRound round = round(network, data, slots)) {
            float[] first = round.compute(parameters, 0, 0).gradient();
            assertThat(round.compute(parameters, 0, 0).standing()).isTrue();
            Awaited.by(spark, "another");
            JavaFutureAction<List<Integer>> foreign =
                    spark.parallelize(List.of(1, 2, 3), 3).collectAsync();
            Awaited.by(spark, null);

            while (round.compute(parameters, 0, 0).standing()) {
                assertThat(round.compute(parameters, 0, 0).gradient()).containsExactly(first);
            }

            assertThat(foreign.get(1, TimeUnit.MINUTES)).containsExactly(1, 2, 3);
            for (int step = 0; !round.compute(parameters, 0, 0).standing(); step++) {
                assertThat(step).as("steps until tasks stand by again").isLessThan(1000);
            }
        }
    }

    @Test
    void lossThatIsNotFinite_namesTheShard() throws Exception {
        ComputationGraph network = network();
        float[] parameters = FlatParameters.of(network);
        parameters[0] = Float.NaN;
        try (TrainingData data = load(2);
                GradientRound round = round(network, data, 2)) {
            GradientRound.Sum sum = round.compute(parameters, 0, 0);

            assertThat(sum.bad())
                    .containsExactly(
                            new GradientRound.Bad(0, ROWS / 2, "the loss is NaN"),
                            new GradientRound.Bad(1, ROWS / 2, "the loss is NaN"));
            assertThat(sum.rows()).isZero();
            assertThat(sum.gradient()).containsOnly(0f);
        }
    }

    private GradientRound round(ComputationGraph network, TrainingData data, int shards) {
        return round(network, data, shards, true);
    }

    private GradientRound round(ComputationGraph network, TrainingData data, int shards, boolean standing) {
        JavaSparkContext spark =
                JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext());
        int rowsPerShard = (ROWS + shards - 1) / shards;
        return new GradientRound(
                spark,
                data.train(),
                new GradientRound.Task(
                        EngineSpec.DL4J,
                        "round-test",
                        network.getConfiguration().toJson(),
                        new int[] {FEATURES},
                        CLASSES,
                        data.normalizer(),
                        Augmentation.NONE,
                        1,
                        rowsPerShard),
                standing,
                TimeoutConfig.DEFAULT.step());
    }

    private TrainingData load(int shards) throws IOException {
        SparkSession session = LocalSpark.session();
        Path file = folder.resolve("data.csv");
        StringBuilder lines = new StringBuilder();
        for (int r = 0; r < ROWS; r++) {
            for (float value : row(r)) {
                lines.append(value).append(',');
            }
            lines.append(r % CLASSES).append('\n');
        }
        Files.writeString(file, lines);
        DataConfig config = new DataConfig(
                DataFormat.CSV,
                DataPart.of(file.toString()),
                DataPart.NONE,
                DataPart.NONE,
                new int[] {FEATURES},
                CLASSES,
                Normalization.NONE,
                Augmentation.NONE,
                "last",
                "features");
        return TrainingData.load(session, config, shards, 1);
    }

    private static GradientSum onOneMachine(ComputationGraph network, float[] parameters) {
        float[] features = new float[ROWS * FEATURES];
        int[] labels = new int[ROWS];
        for (int r = 0; r < ROWS; r++) {
            System.arraycopy(row(r), 0, features, r * FEATURES, FEATURES);
            labels[r] = r % CLASSES;
        }
        try (Dl4jGradientEngine engine =
                new Dl4jGradientEngine(network.getConfiguration().toJson())) {
            return engine.gradient(parameters, Batch.ofClasses(features, new int[] {FEATURES}, labels, CLASSES), 0);
        }
    }

    private static float[] row(int r) {
        Random random = new Random(r);
        float[] row = new float[FEATURES];
        for (int f = 0; f < FEATURES; f++) {
            row[f] = (float) random.nextGaussian();
        }
        return row;
    }

    private static ComputationGraph network() {
        ComputationGraphConfiguration configuration = new NeuralNetConfiguration.Builder()
                .seed(5)
                .activation(Activation.TANH)
                .graphBuilder()
                .addInputs("in")
                .addLayer(
                        "hidden", new DenseLayer.Builder().nIn(FEATURES).nOut(8).build(), "in")
                .addLayer(
                        "out",
                        new OutputLayer.Builder()
                                .nIn(8)
                                .nOut(CLASSES)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "hidden")
                .setOutputs("out")
                .build();
        ComputationGraph network = new ComputationGraph(configuration);
        network.init();
        return network;
    }
}
