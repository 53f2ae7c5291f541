package io.halfspace.dl4j;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.modelimport.keras.config.Keras2LayerConfiguration;
import org.deeplearning4j.nn.modelimport.keras.exceptions.UnsupportedKerasConfigurationException;
import org.deeplearning4j.nn.modelimport.keras.utils.KerasLossUtils;
import org.deeplearning4j.nn.modelimport.keras.utils.KerasModelUtils;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

/**
 * Gives the outputs of a network from Keras a loss, without which Deeplearning4j cannot train it: a dense layer becomes an
 * output layer of the same weights, an activation a loss layer. Other outputs stay as they are.
 *
 * <p>The loss is the one that Keras trained with, if the file names one for all outputs and Deeplearning4j has it; else
 * cross-entropy behind a softmax or sigmoid, and squared error behind the rest.
 */
final class KerasOutputs {
    private KerasOutputs() {}

    /**
     * The same network with losses; it computes what the given one computes.
     *
     * @param network not to be used any more
     * @param training Keras's JSON of how the network was trained
     */
    static ComputationGraph withLosses(ComputationGraph network, Optional<String> training) {
        ComputationGraphConfiguration configuration = network.getConfiguration();
        Optional<ILossFunction> named = training.flatMap(KerasOutputs::loss);
        for (String output : configuration.getNetworkOutputs()) {
            if (configuration.getVertices().get(output) instanceof LayerVertex vertex) {
                Layer layer = vertex.getLayerConf().getLayer();
                if (layer.getClass() == DenseLayer.class && !((DenseLayer) layer).hasLayerNorm()) {
                    vertex.getLayerConf().setLayer(output((DenseLayer) layer, named));
                } else if (layer.getClass() == ActivationLayer.class) {
                    vertex.getLayerConf().setLayer(loss((ActivationLayer) layer, named));
                }
            }
        }
        ComputationGraph trainable =
                new ComputationGraph(ComputationGraphConfiguration.fromJson(configuration.toJson()));
        trainable.init(network.params(), false);
        return trainable;
    }

    private static OutputLayer output(DenseLayer dense, Optional<ILossFunction> named) {
        OutputLayer output = new OutputLayer.Builder(named.orElseGet(() -> loss(dense.getActivationFn())))
                .name(dense.getLayerName())
                .nIn(dense.getNIn())
                .nOut(dense.getNOut())
                .hasBias(dense.hasBias())
                .activation(dense.getActivationFn())
                .biasInit(dense.getBiasInit())
                .build();
        copyTraining(dense, output);
        return output;
    }

    private static LossLayer loss(ActivationLayer activation, Optional<ILossFunction> named) {
        return new LossLayer.Builder(named.orElseGet(() -> loss(activation.getActivationFn())))
                .name(activation.getLayerName())
                .activation(activation.getActivationFn())
                .build();
    }

    private static void copyTraining(BaseLayer from, BaseLayer to) {
        to.setWeightInitFn(from.getWeightInitFn());
        to.setGainInit(from.getGainInit());
        to.setIUpdater(from.getIUpdater());
        to.setBiasUpdater(from.getBiasUpdater());
        to.setRegularization(from.getRegularization());
        to.setRegularizationBias(from.getRegularizationBias());
        to.setGradientNormalization(from.getGradientNormalization());
        to.setGradientNormalizationThreshold(from.getGradientNormalizationThreshold());
        to.setConstraints(from.getConstraints());
        to.setIDropout(from.getIDropout());
    }

    private static ILossFunction loss(IActivation activation) {
        if (activation instanceof ActivationSoftmax) {
            return new LossMCXENT();
        }
        return activation instanceof ActivationSigmoid ? new LossBinaryXENT() : new LossMSE();
    }

    private static Optional<ILossFunction> loss(String training) {
        try {
            JsonScan.topFields(training);
            Object loss = KerasModelUtils.parseJsonString(training).get("loss");
            if (loss instanceof Map<?, ?> nested && nested.get("config") instanceof Map<?, ?> inner) {
                loss = inner.get("name");
            }
            if (!(loss instanceof String name)) {
                return Optional.empty();
            }
            // Labels are classes one-hot here in any case.
            return Optional.of(
                    name.startsWith("sparse_categorical")
                            ? new LossMCXENT()
                            : KerasLossUtils.mapLossFunction(name, new Keras2LayerConfiguration()));
        } catch (IOException | Unreadable | UnsupportedKerasConfigurationException unknown) {
            return Optional.empty();
        }
    }
}
