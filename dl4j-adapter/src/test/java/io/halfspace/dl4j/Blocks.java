package io.halfspace.dl4j;

import java.util.List;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** What small networks are put together from. */
final class Blocks {
    static final InputType IMAGE = InputType.convolutional(6, 6, 2);
    static final InputType IMAGE_LAST = InputType.convolutional(6, 6, 2, CNN2DFormat.NHWC);
    static final InputType VECTOR = InputType.feedForward(5);
    static final InputType VOLUME = InputType.convolutional3D(Convolution3D.DataFormat.NCDHW, 4, 4, 6, 2);
    static final InputType SERIES = InputType.recurrent(4, 7);

    private Blocks() {}

    static Topology prunable(String name, InputType input, Consumer<GraphBuilder> layers) {
        return new Topology(name, List.of(input), true, layers);
    }

    static void flattened(GraphBuilder g, String from) {
        g.addLayer("c1", conv(4, Activation.RELU), from);
        g.addLayer("down", max(), "c1");
        g.addLayer("d1", dense(6, Activation.RELU), "down");
        g.addLayer("out", output(), "d1").setOutputs("out");
    }

    /** Pooling, a dense layer on the flattened maps, and the output. */
    static void head(GraphBuilder g, String from) {
        g.addLayer("head-down", max(), from);
        g.addLayer("head-dense", dense(6, Activation.RELU), "head-down");
        g.addLayer("out", output(), "head-dense");
        g.setOutputs("out");
    }

    static void block(GraphBuilder g, String name, int channels, String from) {
        g.addLayer(name + "-conv", conv(channels, Activation.IDENTITY), from);
        g.addLayer(name + "-bn", new BatchNormalization(), name + "-conv");
        g.addLayer(name, new ActivationLayer(Activation.RELU), name + "-bn");
    }

    static void residual(GraphBuilder g, String name, int channels, String from) {
        block(g, name + "1", channels, from);
        g.addLayer(name + "2-conv", conv(channels, Activation.IDENTITY), name + "1");
        g.addLayer(name + "2-bn", new BatchNormalization(), name + "2-conv");
        g.addVertex(name + "-add", add(), name + "2-bn", from);
        g.addLayer(name, new ActivationLayer(Activation.RELU), name + "-add");
    }

    static ElementWiseVertex add() {
        return new ElementWiseVertex(ElementWiseVertex.Op.Add);
    }

    static ConvolutionLayer conv(int channels, Activation activation) {
        return new ConvolutionLayer.Builder(3, 3)
                .convolutionMode(ConvolutionMode.Same)
                .nOut(channels)
                .activation(activation)
                .build();
    }

    static SubsamplingLayer max() {
        return new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX, new int[] {2, 2}, new int[] {2, 2})
                .build();
    }

    static DenseLayer dense(int width, Activation activation) {
        return new DenseLayer.Builder().nOut(width).activation(activation).build();
    }

    static OutputLayer output() {
        return new OutputLayer.Builder(LossFunction.MSE)
                .nOut(3)
                .activation(Activation.IDENTITY)
                .build();
    }

    static RnnOutputLayer outputOverTime() {
        return new RnnOutputLayer.Builder(LossFunction.MSE)
                .nOut(3)
                .activation(Activation.IDENTITY)
                .build();
    }

    static LSTM lstm() {
        return new LSTM.Builder().nOut(5).activation(Activation.TANH).build();
    }

    static DenseLayer layerNorm(int width) {
        return new DenseLayer.Builder().nOut(width).hasLayerNorm(true).build();
    }
}
