package io.halfspace.dl4j;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.Regularization;

/** Gives every layer of a network another updater. */
public final class UpdaterOverride {
    private UpdaterOverride() {}

    /**
     * A copy of a network, with the same parameters, that is trained differently.
     *
     * @param network not modified
     * @param updater updater of every parameter, biases included
     * @param regularization what replaces the regularisation of weights (biases get none); empty for none at all
     * @param clipping what is done to gradients first
     * @param threshold of the clipping
     */
    public static ComputationGraph apply(
            ComputationGraph network,
            IUpdater updater,
            List<Regularization> regularization,
            GradientNormalization clipping,
            double threshold) {
        ComputationGraphConfiguration configuration = ComputationGraphConfiguration.fromJson(
                network.getConfiguration().toJson());
        for (GraphVertex vertex : configuration.getVertices().values()) {
            if (vertex instanceof LayerVertex layerVertex) {
                apply(layerVertex.getLayerConf().getLayer(), updater, regularization, clipping, threshold);
            }
        }
        ComputationGraph copy = new ComputationGraph(configuration);
        copy.init(network.params().dup(), false);
        return copy;
    }

    private static void apply(
            Layer layer,
            IUpdater updater,
            List<Regularization> regularization,
            GradientNormalization clipping,
            double threshold) {
        if (layer instanceof BaseLayer trained) {
            trained.setIUpdater(updater.clone());
            trained.setBiasUpdater(null);
            trained.setRegularization(new ArrayList<>(regularization));
            trained.setRegularizationBias(new ArrayList<>());
            trained.setGradientNormalization(clipping);
            trained.setGradientNormalizationThreshold(threshold);
        } else if (layer instanceof BaseWrapperLayer wrapper) {
            apply(wrapper.getUnderlying(), updater, regularization, clipping, threshold);
        } else if (layer instanceof Bidirectional both) {
            apply(both.getFwd(), updater, regularization, clipping, threshold);
            apply(both.getBwd(), updater, regularization, clipping, threshold);
        }
    }
}
