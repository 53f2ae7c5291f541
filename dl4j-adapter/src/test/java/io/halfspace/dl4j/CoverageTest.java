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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The documentation of what is cut, against the rules and the tested networks. */
class CoverageTest {
    private static final Path PAGE = Path.of("..", "docs", "coverage.md");

    /** Deeplearning4j's builders of these make the class that they extend. */
    private static final Set<String> OTHER_NAMES = Set.of("Convolution1D", "Convolution2D", "Pooling1D", "Pooling2D");

    private static final Pattern NAME = Pattern.compile("`(\\w+)`");

    @Test
    void documentation_namesExactlyWhatHasARule() throws IOException {
        String written = Files.readString(PAGE).split(Pattern.quote(CoverageTables.BEGIN))[0];
        String[] parts = written.split("## Never cut");
        assertThat(named(parts[0])).isEqualTo(names(Rules.types()));
        assertThat(named(parts[1])).isEqualTo(names(Unprovable.types()));
    }

    /** That the networks are equal is what {@link TopologyTest} and {@link ZooNetworksTest} show. */
    @Test
    void generatedTables_areUpToDate() throws IOException {
        NativeAcceleration.enable();
        String small = generated()
                .lines()
                .filter(line -> !line.startsWith("| zoo:") || !CoverageTables.isLarge(line.split("[ |]+")[1]))
                .collect(Collectors.joining("\n", "", "\n"));
        assertThat(small).isEqualTo(CoverageTables.write(false));
    }

    /**
     * {@code ./mvnw -pl dl4j-adapter -am test -Dtest=CoverageTest -Dgroups=slow -DexcludedGroups=gpu -Dcoverage.write=true
     * -Dsurefire.failIfNoSpecifiedTests=false} writes them anew.
     */
    @Test
    @Tag("slow")
    void generatedTables_areUpToDate_largeNetworksToo() throws IOException {
        NativeAcceleration.enable();
        String tables = CoverageTables.write(true);
        if (Boolean.getBoolean("coverage.write")) {
            String page = Files.readString(PAGE);
            Files.writeString(PAGE, page.substring(0, page.indexOf(CoverageTables.BEGIN)) + tables);
        }
        assertThat(generated()).isEqualTo(tables);
    }

    private static String generated() throws IOException {
        String page = Files.readString(PAGE);
        return page.substring(page.indexOf(CoverageTables.BEGIN));
    }

    @Test
    void everyTypeWithARule_isInATestedNetwork() throws IOException {
        String generated = Files.readString(PAGE).split(Pattern.quote(CoverageTables.BEGIN))[1];
        Set<String> tested = generated
                .lines()
                .filter(line -> line.startsWith("| ") && line.split("\\|").length == 5)
                .map(line -> line.split("\\|")[1].strip())
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> expected = names(Rules.types());
        expected.removeAll(OTHER_NAMES);
        assertThat(tested).containsAll(expected);
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
