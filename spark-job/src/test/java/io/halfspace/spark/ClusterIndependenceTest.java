package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterIndependenceTest {
    @TempDir
    Path folder;

    @AfterAll
    static void leaveNoSpecialSession() {
        LocalSpark.session().stop();
    }

    private List<String> load(SparkSession spark, DataConfig config) {
        try (TrainingData data = TrainingData.load(spark, config, 5, 77)) {
            return DataFiles.described(data);
        }
    }

    @Test
    void shardsAreTheSameForAnyCoresAndSerializer() throws IOException {
        String archive = DataFiles.tar(folder.resolve("set.tar.gz"), DataFiles.images("", 9, "a", "b"));
        DataConfig config = DataFiles.config(
                DataFormat.IMAGES,
                DataPart.of(archive),
                DataPart.ofTrain(0.3),
                DataPart.NONE,
                new int[] {3, 4, 6},
                2,
                Normalization.STANDARDIZE);
        List<String> expected = load(LocalSpark.fresh("local[1]", Map.of()), config);
        assertThat(load(LocalSpark.fresh("local[3]", Map.of("spark.default.parallelism", "7")), config))
                .isEqualTo(expected);
        // Kryo carries rows and shards, and writes to disk what memory does not hold.
        Map<String, String> kryo = Map.of(
                "spark.serializer", "org.apache.spark.serializer.KryoSerializer", "spark.memory.fraction", "0.001");
        assertThat(load(LocalSpark.fresh("local[2]", kryo), config)).isEqualTo(expected);
    }
}
