package io.halfspace.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job that goes on with the compact network takes the steps of one that keeps the zeros. */
final class CompactTrainingFlowTest {
    private static final int STEPS = 200;
    private static final int FROZEN = 90;

    /**
     * Of the loss, in single precision, on Deeplearning4j's engine, whose kernels add zeros without rounding otherwise (seen:
     * no difference at all). libtorch's choose other orders of summation for other widths: seen there, 1e-3 after sixty steps.
     */
    private static final double TOLERANCE = 1e-4;

    @TempDir
    private Path parent;

    @Test
    void compactRun_followsTheFrozenRun_forAHundredSteps() throws Exception {
        List<JsonNode> full = steps("full", "solver.compact=false");
        List<JsonNode> compact = steps("compact", "solver.compact=true");

        assertThat(full).hasSize(STEPS);
        assertThat(compact).hasSize(STEPS);
        assertThat(full.get(STEPS - 1).at("/parameters").asInt())
                .isEqualTo(full.get(0).at("/parameters").asInt());
        assertThat(compact.get(FROZEN).at("/parameters").asInt())
                .isLessThan(full.get(0).at("/parameters").asInt() * 3 / 4);
        assertThat(compact.subList(0, FROZEN)).as("bit for bit until the cut").isEqualTo(full.subList(0, FROZEN));
        for (int step = FROZEN; step < STEPS; step++) {
            double expected = full.get(step).at("/loss").asDouble();
            assertThat(compact.get(step).at("/loss").asDouble())
                    .as("loss of step %d", step)
                    .isCloseTo(expected, within(TOLERANCE * expected));
            assertThat(compact.get(step).at("/groupsZero"))
                    .isEqualTo(full.get(step).at("/groupsZero"));
        }
    }

    private List<JsonNode> steps(String name, String setting) throws Exception {
        Path folder = parent.resolve(name);
        Commands run = Commands.run(
                "compress",
                Commands.DIGITS_JOB.toString(),
                "--out",
                folder.toString(),
                "--set",
                "training={epochs: 10, batch: 64, optimizer: momentum, learning-rate: 0.02, clip-norm: 1}",
                "--set",
                "solver.frozen-at=" + FROZEN + " steps",
                "--set",
                "spark={master: 'local[2]', shards: 2}",
                "--set",
                "engine=dl4j",
                "--set",
                setting);
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(Commands.result(folder).at("/equality/passed").asBoolean()).isTrue();
        List<JsonNode> steps = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("steps.jsonl"))) {
            steps.add(new ObjectMapper().readTree(line));
        }
        return steps;
    }
}
