package io.halfspace.torch;

import io.halfspace.dl4j.Batch;
import io.halfspace.dl4j.BuiltinNetworks;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Sgd;

/** The built-in networks compute the same on both engines. */
final class BuiltinNetworksTest {
    private static final int CLASSES = 5;
    private static final int ROWS = 4;
    /** Of networks with sizes of their own, small ones. */
    private static final Map<String, String> NAMES = Map.of(
            "demo-supnet", "demo-supnet:width=8",
            "stacked-unets", "stacked-unets:width=8",
            "super-resnet", "super-resnet:width=4,depth=1",
            "darts", "darts:cells=3,width=4,nodes=2");
    /** Sides of images that keep several positions in the last stage. */
    private static final Map<String, Integer> SIDES = Map.of("lenet", 16, "vgg16-bn", 32);

    private static final Set<String> LARGE = Set.of("resnet18", "vgg16-bn");

    static Stream<String> small() {
        return BuiltinNetworks.names().stream().filter(name -> !LARGE.contains(name));
    }

    static Stream<String> large() {
        return Stream.concat(LARGE.stream(), NAMES.keySet().stream());
    }

    @ParameterizedTest
    @MethodSource("small")
    void builtinNetwork_computesTheSame(String name) {
        check(name, NAMES.getOrDefault(name, name));
    }

    @Tag("slow")
    @ParameterizedTest
    @MethodSource("large")
    void largeBuiltinNetwork_computesTheSame(String name) {
        check(name, name);
    }

    private static void check(String name, String sized) {
        int side = SIDES.getOrDefault(name, 8);
        int[] shape = {3, side, side};
        ComputationGraphConfiguration configuration =
                BuiltinNetworks.configuration(sized, shape, CLASSES, 3, new Sgd(0.1), 1e-3);
        EngineEquality.assertEqual(smooth(configuration, DataType.DOUBLE), images(shape), 1, 1e-9);
    }

    /** As published, but smooth (tanh in place of relu): kinks turn rounding into differences. */
    static ComputationGraphConfiguration smooth(ComputationGraphConfiguration configuration, DataType type) {
        configuration.getVertices().values().forEach(vertex -> {
            if (vertex instanceof LayerVertex layerVertex) {
                if (layerVertex.getLayerConf().getLayer() instanceof BaseLayer layer
                        && layer.getActivationFn() instanceof ActivationReLU) {
                    layer.setActivationFn(new ActivationTanH());
                }
                if (layerVertex.getLayerConf().getLayer() instanceof ActivationLayer layer
                        && layer.getActivationFn() instanceof ActivationReLU) {
                    layer.setActivationFn(new ActivationTanH());
                }
            }
        });
        return ofType(configuration, type);
    }

    /** The same network in another precision. */
    static ComputationGraphConfiguration ofType(ComputationGraphConfiguration configuration, DataType type) {
        configuration.setDataType(type);
        configuration.getVertices().values().forEach(vertex -> {
            if (vertex instanceof LayerVertex layerVertex) {
                layerVertex.getLayerConf().setDataType(type);
            }
        });
        return configuration;
    }

    private static Batch images(int[] shape) {
        Random random = new Random(7);
        float[] features = new float[ROWS * shape[0] * shape[1] * shape[2]];
        for (int i = 0; i < features.length; i++) {
            features[i] = (float) random.nextGaussian();
        }
        return Batch.ofClasses(features, shape, random.ints(ROWS, 0, CLASSES).toArray(), CLASSES);
    }
}
