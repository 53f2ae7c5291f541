package io.halfspace.explain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AnalysisFormsTest {
    @Test
    void sameNetwork_hasTheSameBytes() {
        for (Function<Analysis, String> form :
                List.<Function<Analysis, String>>of(Analysis::json, Analysis::html, Analysis::dot, a -> a.table(100))) {
            String first = form.apply(Nets.small("x"));
            Nets.residual(20).html();
            assertThat(form.apply(Nets.small("x"))).isEqualTo(first).doesNotContain("\r");
        }
    }

    /** Hashes of objects differ between these two: no order may come from them. */
    @Test
    void anotherJvm_givesTheSameBytes(@TempDir Path folder) throws Exception {
        List<String> given = new ArrayList<>();
        for (String hashes : List.of("-XX:hashCode=0", "-XX:hashCode=3")) {
            Path file = folder.resolve(hashes.substring(4));
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:+UnlockExperimentalVMOptions",
                            hashes,
                            "-cp",
                            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                            AnalysisFormsTest.class.getName(),
                            file.toString())
                    .inheritIO()
                    .start();
            assertThat(process.waitFor()).isZero();
            given.add(Files.readString(file));
        }
        assertThat(given.get(1)).isEqualTo(given.get(0)).contains("<svg", "\"groupSaves\"");
    }

    public static void main(String[] arguments) throws Exception {
        StringBuilder all = new StringBuilder();
        for (Analysis analysis : List.of(Nets.small("x"), Nets.residual(30), Nets.dense(12))) {
            all.append(analysis.json()).append(analysis.html()).append(analysis.table(90));
        }
        Files.writeString(Path.of(arguments[0]), all);
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 80, 100, 120, 150})
    void table_fitsWithLongNames(int width) {
        String table = Nets.small("a-prefix-that-is-much-too-long-for-any-table-in-a-terminal-")
                .table(width);
        table.lines().forEach(line -> assertThat(line.length()).isLessThanOrEqualTo(width));
        assertThat(table).contains(width < 150 ? "\u2026" : "", "erasable segment saves", "prunable", "11 groups");
    }

    @Test
    void tableWithoutLimit_hasEverythingInFull() {
        String table = Nets.small("").table(0);
        assertThat(table)
                .containsPattern(
                        "left +DenseLayer +4 +4 +20 +18.7% +16 +.*prunable +can be erased with left..left-relu")
                .containsPattern("out +DenseLayer .* protected +'out' is a network output")
                .contains("stem -> sum")
                .doesNotContain("\u2026");
    }

    @Test
    void controlCharacters_doNotReachTheTerminal() {
        assertThat(Nets.small("\u001b[2J\n").table(0).replace("\n", "")).doesNotContain("\u001b");
    }

    @Test
    void json_addsUp() throws Exception {
        JsonNode json = new ObjectMapper().readTree(Nets.small("").json());
        long parameters = 0;
        long bytes = 3 * 4;
        double share = 0;
        for (JsonNode layer : json.get("layers")) {
            parameters += layer.get("parameters").asLong();
            bytes += layer.get("activationBytes").asLong();
            share += layer.get("share").get("parameters").asDouble();
        }
        assertThat(json.get("parameters").asLong()).isEqualTo(parameters);
        assertThat(json.get("activationBytes").asLong()).isEqualTo(bytes);
        assertThat(share).isBetween(0.99999, 1.00001);

        // Without 'a': its 4 * 2 weights and 2 biases, and the 2 * 2 weights that read them.
        JsonNode first = json.get("segments").get(2);
        assertThat(first.get("name").asText()).isEqualTo("a");
        assertThat(first.get("saves").get("parameters").asLong()).isEqualTo(8 + 2 + 4);
        assertThat(json.get("freeBranches").get(0).get("into").asText()).isEqualTo("sum");
    }

    @Test
    void words_areShort() {
        assertThat(Words.brief(999)).isEqualTo("999");
        assertThat(Words.brief(1000)).isEqualTo("1.00k");
        assertThat(Words.brief(999_999)).isEqualTo("1.00M");
        assertThat(Words.brief(231_211_008)).isEqualTo("231M");
        assertThat(Words.bytes(1536)).isEqualTo("1.50 KiB");
        assertThat(Words.fitted("abcdefgh", 5)).isEqualTo("ab\u2026gh");
        assertThat(Words.fitted("abcdefgh", 8)).isEqualTo("abcdefgh");
    }
}
