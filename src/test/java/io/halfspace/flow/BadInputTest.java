package io.halfspace.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bad input ends with one clear sentence, the documented exit code, and no model. */
final class BadInputTest {
    @TempDir
    private Path parent;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "data.train.path=none.csv | 3 | none.csv",
                "data.shape=[1, 8, 9] | 3 | expected",
                "data.classes=9 | 3 | label",
                "data.train.rows=0-99999 | 3 | rows",
                "target={flops: 0.0001} | 2 | Cannot reach target",
                "target={groups: 1} | 2 | Cannot reach target",
                "model=nonesuch | 2 | nonesuch",
                "training={epochs: 2};model=none.zip | 3 | none.zip",
                "training={epochs: 2};model=../examples/digits.yaml | 5 | digits.yaml",
                "training={epochs: 2, optimizer: sgd, learning-rate: 1000000} | 4 | times as long as the parameters",
                "training.colour=red | 2 | unknown key",
                "mode=erase | 5 | it has no erasable segment, give the network a chain of layers",
                "layers={min-channels: {'*': 30}} | 2 | or lower layers.min-channels and layers.round-to",
                "solver={warm-up: 30 steps, frozen-at: 300 steps} | 2 | Cannot fit the schedule into the run",
                "model='super-resnet:deep=2' | 2 | expected SIZE=NUMBER with a size of width, depth",
                "model='branches';mode=erase;target={groups: 9} | 2 | segments can leave",
            })
    void fault_endsWithItsExitCodeAndSaysWhatIsWrong(String setting, int exitCode, String says) {
        Path folder = parent.resolve("run");

        Commands run = compress(folder, setting.split(";"));

        assertThat(run.err()).contains(says).startsWith("Cannot ");
        assertThat(run.exitCode()).as(run.err()).isEqualTo(exitCode);
        assertThat(folder.resolve("model.zip")).doesNotExist();
    }

    @Test
    void divergence_namesStepAndShardAndTheLastGoodCheckpoint() throws Exception {
        Path folder = parent.resolve("run");

        Commands run = compress(folder, "training.optimizer=sgd", "training.learning-rate=1000000");

        assertThat(run.err())
                .containsPattern("at step \\d+ \\(epoch \\d+\\), whose longest gradient is that of shard \\d+")
                .contains("the last good checkpoint is none; lower training.learning-rate");
        assertThat(Commands.result(folder).at("/status").asText()).isEqualTo("failed");
        assertThat(Commands.result(folder).at("/exitCode").asInt()).isEqualTo(4);
    }

    @Test
    void folderOfAnotherRun_isLeftAlone() throws Exception {
        Path folder = Files.createDirectory(parent.resolve("run"));
        Files.writeString(folder.resolve("model.zip"), "theirs");

        Commands run = compress(folder, "training.epochs=1");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("already holds something else");
        assertThat(folder.resolve("model.zip")).hasContent("theirs");
        assertThat(folder.resolve("result.json")).doesNotExist();
    }

    private static Commands compress(Path folder, String... settings) {
        List<String> arguments = new ArrayList<>(List.of(
                "compress",
                Commands.DIGITS_JOB.toString(),
                "--out",
                folder.toString(),
                "--set",
                "training.epochs=2",
                "--set",
                "spark.master=local[2]"));
        for (String setting : settings) {
            arguments.add("--set");
            arguments.add(setting);
        }
        return Commands.run(arguments.toArray(String[]::new));
    }
}
