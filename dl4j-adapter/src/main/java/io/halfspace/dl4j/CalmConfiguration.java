package io.halfspace.dl4j;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationRReLU;
import org.nd4j.linalg.api.buffer.DataType;

/** A network's configuration with nothing random in training. */
final class CalmConfiguration {
    private CalmConfiguration() {}

    /** A changed copy of a configuration: no dropout, no weight noise, and the mean slope for a randomized relu. */
    static ComputationGraphConfiguration of(ComputationGraphConfiguration configuration) {
        ComputationGraphConfiguration copy = NetworkCopy.of(configuration);
        for (GraphVertex vertex : copy.getVertices().values()) {
            if (vertex instanceof LayerVertex layer) {
                calm(layer.getLayerConf().getLayer());
            }
        }
        return copy;
    }

    /** A copy of a configuration in double precision. */
    static ComputationGraphConfiguration inDoublePrecision(ComputationGraphConfiguration configuration) {
        ComputationGraphConfiguration copy = NetworkCopy.of(configuration);
        copy.setDataType(DataType.DOUBLE);
        for (GraphVertex vertex : copy.getVertices().values()) {
            if (vertex instanceof LayerVertex layer) {
                layer.getLayerConf().setDataType(DataType.DOUBLE);
            }
        }
        return copy;
    }

    private static void calm(Layer layer) {
        layer.setIDropout(null);
        if (layer instanceof BaseWrapperLayer wrapper) {
            calm(wrapper.getUnderlying());
        } else if (layer instanceof Bidirectional both) {
            calm(both.getFwd());
            calm(both.getBwd());
        } else if (layer instanceof BaseLayer base) {
            base.setWeightNoise(null);
            base.setActivationFn(calm(base.getActivationFn()));
        } else if (layer instanceof ActivationLayer activation) {
            activation.setActivationFn(calm(activation.getActivationFn()));
        }
    }

    private static IActivation calm(IActivation activation) {
        return activation instanceof ActivationRReLU random
                ? new ActivationLReLU((random.getL() + random.getU()) / 2)
                : activation;
    }
}
