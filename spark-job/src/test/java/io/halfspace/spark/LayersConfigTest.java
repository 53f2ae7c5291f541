package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.halfspace.dl4j.BuiltinNetworks;
import io.halfspace.graph.LayerAnswer;
import io.halfspace.graph.Thinning;
import io.halfspace.graph.TraceGraph;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.learning.config.Sgd;

final class LayersConfigTest {
    private static final int[] SHAPE = {1, 28, 28};
    private final ComputationGraph lenet = BuiltinNetworks.create("lenet", SHAPE, 10, 1, new Sgd(), 0);

    @Test
    void excludedLayers_areProtectedAndSayWhy() {
        Network network = analyse(new LayersConfig(List.of(), List.of("conv*"), Map.of(), 1));

        assertThat(prunable(network)).containsExactly("dense");
        assertThat(answer(network, "conv1").reason()).isEqualTo("'conv1': the job file excludes it");
        assertThat(answer(network, "pool2").reason()).isEqualTo("'conv2': the job file excludes it");
    }

    @Test
    void onlyIncludedLayers_arePruned() {
        Network network = analyse(new LayersConfig(List.of("conv2"), List.of(), Map.of(), 1));

        assertThat(prunable(network)).containsExactly("conv2", "pool2");
        assertThat(answer(network, "dense").reason()).isEqualTo("'dense': the job file does not include it");
    }

    @Test
    void minChannels_stayWhateverLeaves() {
        Network network = analyse(new LayersConfig(List.of(), List.of(), Map.of("conv?", 7, "dense", 5), 1));
        Thinning thinning = new Thinning(network.trace(), network.groups());
        IntStream.range(0, network.groups().count()).filter(thinning::canRemove).forEach(thinning::remove);

        assertThat(live(network.trace(), thinning, "conv1")).isEqualTo(7);
        assertThat(live(network.trace(), thinning, "conv2")).isEqualTo(7);
        assertThat(live(network.trace(), thinning, "dense")).isEqualTo(5);
    }

    @Test
    void patternThatMatchesNothing_isAFault() {
        assertThatThrownBy(() -> analyse(new LayersConfig(List.of(), List.of("conv[12]"), Map.of(), 1)))
                .asInstanceOf(type(JobException.class))
                .satisfies(e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CONFIGURATION))
                .extracting(Throwable::getMessage)
                .asString()
                .startsWith("Cannot use layers pattern 'conv[12]': it matches no layer of the model");
    }

    @Test
    void everythingExcluded_leavesNothingToPrune() {
        assertThatThrownBy(() -> analyse(new LayersConfig(List.of(), List.of("*"), Map.of(), 1)))
                .hasMessageContaining("no layer of it is prunable")
                .hasMessageContaining("dense: ");
    }

    private Network analyse(LayersConfig layers) {
        return Network.analyseCompressible(lenet, SHAPE, layers, Mode.PRUNE);
    }

    private static Set<String> prunable(Network network) {
        Set<String> names = new TreeSet<>();
        for (LayerAnswer answer : LayerAnswer.of(network.trace(), network.groups())) {
            if (answer.groups() > 0) {
                names.add(answer.name());
            }
        }
        return names;
    }

    private static LayerAnswer answer(Network network, String name) {
        return LayerAnswer.of(network.trace(), network.groups()).stream()
                .filter(answer -> answer.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static int live(TraceGraph trace, Thinning thinning, String name) {
        return IntStream.range(0, trace.size())
                .filter(v -> trace.vertex(v).name().equals(name))
                .map(thinning::live)
                .findFirst()
                .orElseThrow();
    }
}
