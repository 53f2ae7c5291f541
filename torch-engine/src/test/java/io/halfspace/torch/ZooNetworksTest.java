package io.halfspace.torch;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfspace.dl4j.Batch;
import io.halfspace.dl4j.ZooNetworks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** The networks of Deeplearning4j's zoo whose layers have rules compute the same on both engines, as published, in double. */
final class ZooNetworksTest {
    private static final String NASNET = "zoo:nasnet";
    private static final int ROWS = 2;
    private static final int CLASSES = 5;
    private static final double TOLERANCE = 1e-9;

    /** Deeplearning4j keeps the slope of leaky relu in single precision. */
    private static final Map<String, Double> LOOSER = Map.of("zoo:darknet19", 2e-7);

    /** Sides of reduced images, near the smallest that each can take. */
    private static final Map<String, Integer> SIDES = Map.of(
            "zoo:alexnet", 63,
            "zoo:inceptionresnetv1", 91,
            "zoo:lenet", 28,
            "zoo:resnet50", 133,
            "zoo:squeezenet", 48,
            "zoo:xception", 48);

    private static final Set<String> SMALL = Set.of("zoo:lenet", "zoo:squeezenet", "zoo:textgenerationlstm");

    static Stream<String> small() {
        return ZooNetworks.names().stream().filter(SMALL::contains);
    }

    static Stream<String> large() {
        return ZooNetworks.names().stream()
                .filter(name -> !SMALL.contains(name) && !name.equals(NASNET))
                .filter(name -> missing(name).isEmpty());
    }

    @ParameterizedTest
    @MethodSource("small")
    void network_computesTheSame(String name) {
        check(name);
    }

    @Tag("slow")
    @ParameterizedTest
    @MethodSource("large")
    void largeNetwork_computesTheSame(String name) {
        check(name);
    }

    @Test
    void documentation_tellsWhatKeepsANetworkOut() throws IOException {
        String section = Files.readString(Path.of("..", "docs", "coverage.md"))
                .split("### Networks of the zoo, on libtorch")[1]
                .split("\n##")[0];
        List<String> expected = ZooNetworks.names().stream()
                .map(name -> "| %s | %s |"
                        .formatted(
                                name,
                                name.equals(NASNET)
                                        ? "Deeplearning4j cannot build it"
                                        : missing(name).map("no: "::concat).orElse("yes")))
                .toList();
        assertThat(section.lines().filter(line -> line.startsWith("| zoo:"))).containsExactlyElementsOf(expected);
    }

    private static Optional<String> missing(String name) {
        ComputationGraph network = create(name);
        try {
            new Program(network);
            return Optional.empty();
        } catch (UnsupportedLayerException e) {
            return Optional.of("layer `%s`, %s".formatted(e.vertex(), e.reason()));
        } finally {
            network.close();
        }
    }

    private static int[] shape(String name) {
        int[] shape = ZooNetworks.publishedInput(name);
        if (shape.length == 3) {
            Arrays.fill(shape, 1, 3, SIDES.getOrDefault(name, 32));
        }
        return shape;
    }

    private static ComputationGraph create(String name) {
        return ZooNetworks.create(name, shape(name), name.equals("zoo:unet") ? 1 : CLASSES, 3, new Sgd(0.1));
    }

    private static void check(String name) {
        ComputationGraph created = create(name);
        ComputationGraphConfiguration configuration = withoutDropout(created.getConfiguration());
        created.close();
        int[] shape = shape(name);
        int[] batch = new int[shape.length + 1];
        Arrays.setAll(batch, i -> i == 0 ? ROWS : shape[i - 1]);
        Random random = new Random(7);
        Batch.Input input = new Batch.Input(Chain.normal(random, batch), Optional.empty());
        Batch labelled =
                Chain.labelled(type -> BuiltinNetworksTest.ofType(configuration.clone(), type), List.of(input), random);
        ComputationGraph network = drawn(BuiltinNetworksTest.ofType(configuration, DataType.DOUBLE));
        EngineEquality.assertEqual(network, labelled, LOOSER.getOrDefault(name, TOLERANCE));
        network.close();
    }

    /** Each engine draws what it drops from a source of its own. */
    private static ComputationGraphConfiguration withoutDropout(ComputationGraphConfiguration configuration) {
        configuration.getVertices().values().forEach(vertex -> {
            if (vertex instanceof LayerVertex layer) {
                layer.getLayerConf().getLayer().setIDropout(null);
            }
        });
        return configuration;
    }

    /** Weights as He draws them, and batch norm as after some training: some of the zoo's own choices overflow. */
    private static ComputationGraph drawn(ComputationGraphConfiguration configuration) {
        ComputationGraph network = new ComputationGraph(configuration);
        network.init();
        Nd4j.getRandom().setSeed(5);
        for (GraphVertex vertex : network.getVertices()) {
            if (vertex.numParams() == 0) {
                continue;
            }
            for (Map.Entry<String, INDArray> entry : vertex.paramTable(false).entrySet()) {
                INDArray values = entry.getValue();
                values.assign(
                        switch (entry.getKey()) {
                            case "gamma", "var" -> Nd4j.rand(values.shape()).addi(0.5);
                            case "b", "beta", "mean" ->
                                Nd4j.randn(values.shape()).muli(0.05);
                            default -> Nd4j.randn(values.shape()).muli(Math.sqrt(2 / fanIn(values)));
                        });
            }
        }
        return network;
    }

    private static double fanIn(INDArray weights) {
        return weights.rank() == 4 ? (double) weights.length() / weights.size(0) : weights.size(0);
    }
}
