package io.halfspace.torch;

import io.halfspace.dl4j.Batch;
import io.halfspace.dl4j.BuiltinNetworks;
import java.util.Map;
import java.util.Random;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Sgd;

/** The built-in networks compute the same on both engines. */
final class BuiltinNetworksTest {
    private static final int CLASSES = 5;
    private static final int ROWS = 4;
    /** Smallest sides of images that keep several positions in the last stage. */
    private static final Map<String, Integer> SIDES =
            Map.of("digits", 8, "lenet", 16, "branches", 8, "resnet20", 8, "resnet18", 8, "vgg16-bn", 32);

    @ParameterizedTest
    @ValueSource(strings = {"digits", "lenet", "branches", "resnet20"})
    void builtinNetwork_computesTheSame(String name) {
        check(name);
    }

    @Tag("slow")
    @ParameterizedTest
    @ValueSource(strings = {"resnet18", "vgg16-bn"})
    void largeBuiltinNetwork_computesTheSame(String name) {
        check(name);
    }

    private static void check(String name) {
        int[] shape = {3, SIDES.get(name), SIDES.get(name)};
        ComputationGraphConfiguration configuration =
                BuiltinNetworks.configuration(name, shape, CLASSES, 3, new Sgd(0.1), 1e-3);
        EngineEquality.assertEqual(smooth(configuration, DataType.DOUBLE), images(shape), 1, 1e-9);
    }

    /** As published, but smooth (tanh in place of relu): kinks turn rounding into differences. */
    static ComputationGraphConfiguration smooth(ComputationGraphConfiguration configuration, DataType type) {
        configuration.setDataType(type);
        configuration.getVertices().values().forEach(vertex -> {
            if (vertex instanceof LayerVertex layerVertex) {
                layerVertex.getLayerConf().setDataType(type);
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
