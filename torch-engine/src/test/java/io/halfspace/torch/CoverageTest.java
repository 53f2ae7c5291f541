package io.halfspace.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the documentation says libtorch computes, against the rules. */
final class CoverageTest {
    private static final Pattern NAME = Pattern.compile("`(\\w+)`");

    @Test
    void documentation_namesExactlyWhatHasARule() throws IOException {
        String section = Files.readString(Path.of("..", "docs", "coverage.md"))
                .split("## On libtorch")[1]
                .split("\n## ")[0];
        assertThat(named(section, "layers")).isEqualTo(names(TorchRules.types()));
        assertThat(named(section, "activations")).isEqualTo(names(Activations.types()));
        assertThat(named(section, "losses")).isEqualTo(names(Losses.types()));
    }

    private static Set<String> named(String section, String kind) {
        return section.lines()
                .filter(line -> line.startsWith("| " + kind))
                .map(line -> line.split("\\|")[2])
                .flatMap(types -> NAME.matcher(types).results())
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> names(Collection<Class<?>> types) {
        return types.stream().map(Class::getSimpleName).collect(Collectors.toCollection(TreeSet::new));
    }
}
