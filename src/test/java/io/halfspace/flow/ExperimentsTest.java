package io.halfspace.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The experiments of the papers at sizes that a small machine can train, with their dense baselines: super-networks erased,
 * ResNet-20 pruned, and how often a choice that does not look at validity would break a network.
 *
 * <p>Takes hours. Prints a row of a table after each run, and keeps the rows in {@code src/test/target/experiments.md}:
 *
 * <pre>{@code
 * ./mvnw verify -Dgroups=experiment -DexcludedGroups=gpu -Dhalfspace.shared=/where/the/data/are \
 *     -Dexperiments.epochs=20 "-Dexperiments.set=spark.master=local[16] spark.shards=16 training.batch=128"
 * }</pre>
 *
 * <p>{@code experiments.epochs} replaces the number of epochs of every job, {@code experiments.only} is a part of the names
 * of those to run, {@code experiments.set} are further settings of every job, separated by blanks.
 */
@Tag("experiment")
final class ExperimentsTest {
    private static final Path TABLE = Path.of("target/experiments.md");
    private static final int SEEDS = 8;
    private static final String HEADER = """
            | run | target | kept parameters | kept FLOPs | gone | passed over | dense accuracy | compact accuracy | minutes |
            | --- | --- | --- | --- | --- | --- | --- | --- | --- |
            """;

    @TempDir
    private Path parent;

    /**
     * A run.
     *
     * @param name of the row
     * @param job example job file
     * @param settings what is changed of it
     */
    record Experiment(String name, String job, String... settings) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Experiment> experiments() {
        List<Experiment> all = new ArrayList<>(List.of(
                new Experiment("DemoSupNet, MNIST", "mnist-demo-supnet.yaml"),
                new Experiment("StackedUnets, CIFAR-10", "cifar10-stacked-unets.yaml"),
                new Experiment("SuperResNet, CIFAR-10", "cifar10-super-resnet.yaml"),
                new Experiment("DARTS, MNIST", "mnist-darts.yaml")));
        // The dense run is the same for all four: trained once.
        for (String method : new String[] {"dhspg", "hesso"}) {
            for (String share : new String[] {"0.5", "0.7"}) {
                all.add(new Experiment(
                        "ResNet-20 %s %s, CIFAR-10".formatted(method, share),
                        "cifar10-resnet20.yaml",
                        "solver.method=" + method,
                        "target={groups: " + share + "}",
                        "training.baseline=" + all.stream().noneMatch(each -> each.name.startsWith("ResNet"))));
            }
        }
        String only = System.getProperty("experiments.only", "");
        return all.stream().filter(each -> each.name.contains(only));
    }

    @ParameterizedTest
    @MethodSource("experiments")
    void run_meetsItsTarget(Experiment experiment) throws IOException {
        JsonNode result = run(experiment);

        row(experiment.name, result);
        assertThat(result.at("/equality/passed").asBoolean()).isTrue();
        double amount = result.at("/target/amount").asDouble();
        switch (result.at("/target/measure").asText()) {
            case "groups" ->
                assertThat(result.at("/groups/zero").asLong())
                        .isEqualTo(
                                Math.round(amount * result.at("/groups/total").asLong()));
            case "flops" -> assertThat(kept(result, "flops")).isLessThanOrEqualTo(amount);
            default -> assertThat(kept(result, "parameters")).isLessThanOrEqualTo(amount);
        }
    }

    /**
     * The ablation: plain DHSPG takes the most redundant segments, whatever becomes of the network. H2SPG passes over some of
     * them only where the network would be invalid otherwise, so each run that passed over any is one that plain DHSPG would
     * have broken.
     */
    @Test
    void plainChoice_breaksNetworksThatTheHierarchicalOneKeepsValid() throws IOException {
        if (!"ablation".contains(System.getProperty("experiments.only", ""))) {
            return;
        }
        for (int segments = 3; segments <= 5; segments++) {
            int target = segments;
            List<Integer> broken = new ArrayList<>();
            for (int seed : IntStream.range(1, SEEDS + 1).toArray()) {
                JsonNode result = run(new Experiment(
                        "ablation-%d-%d".formatted(target, seed),
                        "digits-stacked-unets.yaml",
                        "target={groups: " + target + "}",
                        "training.seed=" + seed,
                        "training.epochs=4"));
                assertThat(result.at("/segments/erased").asInt()).isEqualTo(target);
                assertThat(result.at("/equality/passed").asBoolean()).isTrue();
                if (result.at("/segments/passedOver").size() > 0) {
                    broken.add(seed);
                }
            }
            print(
                    "\nThe %d most redundant of six segments of StackedUnets on the digits: an invalid network for %d of %d seeds %s.\n"
                            .formatted(target, broken.size(), SEEDS, broken));
        }
    }

    private JsonNode run(Experiment experiment) throws IOException {
        Path folder = parent.resolve(experiment.name.replaceAll("[^A-Za-z0-9.]+", "-"));
        List<String> settings = new ArrayList<>(List.of(experiment.settings));
        if (experiment.job.startsWith("mnist")) {
            for (String part : new String[] {"train", "test"}) {
                settings.add("data.%s.path=%s"
                        .formatted(part, SharedDataFlowTest.shared("mnist/t10k-images-idx3-ubyte.gz")));
                settings.add("data.%s.labels=%s"
                        .formatted(part, SharedDataFlowTest.shared("mnist/t10k-labels-idx1-ubyte.gz")));
            }
        } else if (experiment.job.startsWith("cifar10")) {
            for (String part : new String[] {"train", "test"}) {
                settings.add(
                        "data.%s.path=%s".formatted(part, SharedDataFlowTest.shared("cifar10/cifar10-jpeg.tar.gz")));
            }
        }
        String epochs = System.getProperty("experiments.epochs", "");
        if (!epochs.isEmpty()) {
            settings.add("training.epochs=" + epochs);
        }
        Stream.of(System.getProperty("experiments.set", "").split(" "))
                .filter(each -> !each.isEmpty())
                .forEach(settings::add);
        List<String> arguments = new ArrayList<>(List.of(
                "compress",
                Commands.REPOSITORY.resolve("examples").resolve(experiment.job).toString(),
                "--out",
                folder.toString()));
        settings.forEach(setting -> arguments.addAll(List.of("--set", setting)));
        Commands run = Commands.run(arguments.toArray(String[]::new));
        assertThat(run.exitCode()).as(run.err()).isZero();
        return Commands.result(folder);
    }

    private static void row(String name, JsonNode result) throws IOException {
        boolean erases = result.has("segments");
        print("| %s | %s %s | %.1f %% | %.1f %% | %d of %d %s | %s | %s | %.2f %% | %.1f |%n"
                .formatted(
                        name,
                        result.at("/target/measure").asText(),
                        result.at("/target/amount").asText(),
                        100 * kept(result, "parameters"),
                        100 * kept(result, "flops"),
                        result.at(erases ? "/segments/erased" : "/groups/zero").asInt(),
                        result.at(erases ? "/segments/total" : "/groups/total").asInt(),
                        erases ? "segments" : "groups",
                        erases ? result.at("/segments/passedOver").size() : "",
                        result.at("/baselineHistory").isMissingNode()
                                ? "as above"
                                : String.format(
                                        Locale.ROOT,
                                        "%.2f %%",
                                        100 * result.at("/dense/accuracy").asDouble()),
                        100 * result.at("/compact/accuracy").asDouble(),
                        result.at("/seconds/training").asDouble() / 60));
    }

    private static double kept(JsonNode result, String what) {
        return result.at("/compact/" + what).asDouble()
                / result.at("/dense/" + what).asDouble();
    }

    private static synchronized void print(String text) throws IOException {
        String before = Files.exists(TABLE) ? Files.readString(TABLE) : HEADER;
        Files.createDirectories(TABLE.toAbsolutePath().getParent());
        Files.writeString(TABLE, before + text);
        System.out.print(text);
    }
}
