package io.halfspace.dl4j;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/**
 * Writes down an image classifier vertex by vertex. Every method adds vertices behind the one named {@code from} and
 * returns the name of its last one. Convolutions pad by half their kernel and are initialised after He.
 */
final class GraphSketch {
    static final String INPUT = "input";

    private final GraphBuilder graph;

    /**
     * @param shape channels, height, width
     * @param l2 weight of the squared norm of convolution and dense weights in the loss
     */
    GraphSketch(int[] shape, long seed, IUpdater updater, double l2) {
        graph = new NeuralNetConfiguration.Builder()
                .seed(seed)
                .updater(updater)
                .l2(l2)
                .weightInit(WeightInit.RELU)
                .activation(Activation.IDENTITY)
                .graphBuilder()
                .addInputs(INPUT)
                .setInputTypes(InputType.convolutional(shape[1], shape[2], shape[0]));
    }

    /** Convolution without bias, batch-norm, relu. */
    String convolutionBlock(String name, String from, int channels, int kernel, int stride) {
        return relu(name, normalizedConvolution(name, from, channels, kernel, stride));
    }

    /** Convolution without bias, batch-norm. */
    String normalizedConvolution(String name, String from, int channels, int kernel, int stride) {
        return normalization(name + "-bn", convolution(name + "-conv", from, channels, kernel, stride, false));
    }

    /** A 3x3 convolution alone, under its very name. */
    String bareConvolution(String name, String from, int channels, int stride, boolean bias) {
        return convolution(name, from, channels, 3, stride, bias);
    }

    /** Depthwise, then pointwise convolution without bias between, batch-norm. */
    String separableConvolution(String name, String from, int channels, int kernel, int stride, int dilation) {
        int padding = dilation * (kernel - 1) / 2;
        String convolution = layer(
                name + "-conv",
                new SeparableConvolution2D.Builder(kernel, kernel)
                        .stride(stride, stride)
                        .padding(padding, padding)
                        .dilation(dilation, dilation)
                        .nOut(channels)
                        .hasBias(false)
                        .build(),
                from);
        return normalization(name + "-bn", convolution);
    }

    String normalization(String name, String from) {
        return layer(name, new BatchNormalization.Builder().build(), from);
    }

    private String convolution(String name, String from, int channels, int kernel, int stride, boolean bias) {
        return layer(
                name,
                new ConvolutionLayer.Builder(kernel, kernel)
                        .stride(stride, stride)
                        .padding(kernel / 2, kernel / 2)
                        .nOut(channels)
                        .hasBias(bias)
                        .build(),
                from);
    }

    /** Convolution with bias and relu, unpadded. */
    String plainConvolution(String name, String from, int channels, int kernel) {
        return layer(
                name,
                new ConvolutionLayer.Builder(kernel, kernel)
                        .nOut(channels)
                        .activation(Activation.RELU)
                        .build(),
                from);
    }

    String relu(String name, String from) {
        return bareRelu(name + "-relu", from);
    }

    /** A relu under its very name. */
    String bareRelu(String name, String from) {
        return layer(name, new ActivationLayer(Activation.RELU), from);
    }

    String maxPooling(String name, String from) {
        return layer(
                name,
                new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX, new int[] {2, 2}, new int[] {2, 2})
                        .build(),
                from);
    }

    /** 3x3 max pooling, padded by one. */
    String maxPoolingSame(String name, String from, int stride) {
        return poolingSame(name, SubsamplingLayer.PoolingType.MAX, from, stride);
    }

    /** 3x3 average pooling, padded by one. */
    String averagePoolingSame(String name, String from, int stride) {
        return poolingSame(name, SubsamplingLayer.PoolingType.AVG, from, stride);
    }

    private String poolingSame(String name, SubsamplingLayer.PoolingType type, String from, int stride) {
        return layer(
                name,
                new SubsamplingLayer.Builder(type, new int[] {3, 3}, new int[] {stride, stride}, new int[] {1, 1})
                        .build(),
                from);
    }

    /** Every pixel twice in each direction. */
    String doubled(String name, String from) {
        return layer(name, new Upsampling2D.Builder(2).build(), from);
    }

    String globalPooling(String from) {
        return layer("pool", new GlobalPoolingLayer(PoolingType.AVG), from);
    }

    String dense(String name, String from, int width) {
        return layer(
                name,
                new DenseLayer.Builder().nOut(width).activation(Activation.RELU).build(),
                from);
    }

    String sum(String name, String... from) {
        graph.addVertex(name, new ElementWiseVertex(ElementWiseVertex.Op.Add), from);
        return name;
    }

    String concat(String name, String... from) {
        graph.addVertex(name, new MergeVertex(), from);
        return name;
    }

    /** Ends the network in a softmax over the classes. */
    ComputationGraphConfiguration classify(String from, int classes) {
        layer(
                "output",
                new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                        .nOut(classes)
                        .activation(Activation.SOFTMAX)
                        .build(),
                from);
        return graph.setOutputs("output").build();
    }

    private String layer(String name, Layer layer, String from) {
        graph.addLayer(name, layer, from);
        return name;
    }
}
