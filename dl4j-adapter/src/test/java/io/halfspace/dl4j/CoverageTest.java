package io.halfspace.dl4j;

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

/** The table of layer types in the documentation against the rules. */
class CoverageTest {
    private static final Pattern NAME = Pattern.compile("`(\\w+)`");

    @Test
    void documentation_namesExactlyWhatHasARule() throws IOException {
        String[] parts = Files.readString(Path.of("..", "docs", "coverage.md")).split("## Never cut");
        assertThat(named(parts[0])).isEqualTo(names(Rules.types()));
        assertThat(named(parts[1])).isEqualTo(names(Unprovable.types()));
    }

    @Test
    void noTypeIsBothCutAndNotCut() {
        assertThat(Rules.types()).doesNotContainAnyElementsOf(Unprovable.types());
    }

    /** The names in the first column of the tables. */
    private static Set<String> named(String part) {
        return part.lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split("\\|")[1])
                .flatMap(types -> NAME.matcher(types).results())
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> names(Collection<Class<?>> types) {
        return types.stream().map(Class::getSimpleName).collect(Collectors.toCollection(TreeSet::new));
    }
}
