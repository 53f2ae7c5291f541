package io.halfspace.dl4j;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** DenseNet-201 for 224 pixels a side, as torchvision has it; every layer concatenates with all before it in its block. */
final class DenseNet201 {
    private static final int GROWTH = 32;

    private final GraphBuilder graph;

    private DenseNet201() {
        graph = new NeuralNetConfiguration.Builder()
                .weightInit(WeightInit.ONES)
                .activation(Activation.IDENTITY)
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(ResNet50.type(224));
    }

    static InputType type() {
        return ResNet50.type(224);
    }

    static ComputationGraph create() {
        DenseNet201 net = new DenseNet201();
        String at = net.relu("stem", net.norm("stem", net.convolution("stem", "in", 2 * GROWTH, 7, 2)));
        at = net.pooling("stem", at, 3, PoolingType.MAX);
        int channels = 2 * GROWTH;
        int[] blocks = {6, 12, 48, 32};
        for (int block = 0; block < blocks.length; block++) {
            for (int i = 0; i < blocks[block]; i++) {
                at = net.dense("b%d-%d".formatted(block, i), at);
                channels += GROWTH;
            }
            if (block < blocks.length - 1) {
                channels /= 2;
                String name = "t" + block;
                String half = net.convolution(name, net.relu(name, net.norm(name, at)), channels, 1, 1);
                at = net.pooling(name, half, 2, PoolingType.AVG);
            }
        }
        net.graph.addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), net.relu("end", net.norm("end", at)));
        net.graph.addLayer(
                "out",
                new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(1000)
                        .activation(Activation.SOFTMAX)
                        .build(),
                "pool");
        ComputationGraph network =
                new ComputationGraph(net.graph.setOutputs("out").build());
        network.init();
        return network;
    }

    private String dense(String name, String from) {
        String a = convolution(name + "a", relu(name + "a", norm(name + "a", from)), 4 * GROWTH, 1, 1);
        String b = convolution(name + "b", relu(name + "b", norm(name + "b", a)), GROWTH, 3, 1);
        graph.addVertex(name + "-concat", new MergeVertex(), from, b);
        return name + "-concat";
    }

    private String convolution(String name, String from, int channels, int kernel, int stride) {
        graph.addLayer(
                name + "-conv",
                new ConvolutionLayer.Builder(kernel, kernel)
                        .stride(stride, stride)
                        .padding(kernel / 2, kernel / 2)
                        .nOut(channels)
                        .hasBias(false)
                        .build(),
                from);
        return name + "-conv";
    }

    private String norm(String name, String from) {
        graph.addLayer(name + "-bn", new BatchNormalization(), from);
        return name + "-bn";
    }

    private String relu(String name, String from) {
        graph.addLayer(name + "-relu", new ActivationLayer(Activation.RELU), from);
        return name + "-relu";
    }

    private String pooling(String name, String from, int size, PoolingType type) {
        int padding = size / 3;
        graph.addLayer(
                name + "-pool",
                new SubsamplingLayer.Builder(
                                type, new int[] {size, size}, new int[] {2, 2}, new int[] {padding, padding})
                        .build(),
                from);
        return name + "-pool";
    }
}
