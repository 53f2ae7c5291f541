package io.halfspace.dl4j;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
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

/** ResNet-50 as torchvision has it: convolutions without bias, the stride in the 3x3 convolution of a block. */
final class ResNet50 {
    private final GraphBuilder graph;

    private ResNet50(int side) {
        graph = new NeuralNetConfiguration.Builder()
                .weightInit(WeightInit.ONES)
                .activation(Activation.IDENTITY)
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(type(side));
    }

    static InputType type(int side) {
        return InputType.convolutional(side, side, 3);
    }

    /** For 224 pixels a side; or, with a 3x3 stem and without its pooling, for 32. */
    static ComputationGraph create(int side, int classes) {
        ResNet50 net = new ResNet50(side);
        String at = side > 32 ? net.largeStem() : net.relu("stem", net.norm("stem", "in", 64, 3, 1));
        int[] blocks = {3, 4, 6, 3};
        for (int stage = 0; stage < blocks.length; stage++) {
            for (int i = 0; i < blocks[stage]; i++) {
                int stride = stage > 0 && i == 0 ? 2 : 1;
                at = net.bottleneck("s%d-%d".formatted(stage, i), at, 64 << stage, stride, i == 0);
            }
        }
        net.graph.addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), at);
        net.graph.addLayer(
                "out",
                new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(classes)
                        .activation(Activation.SOFTMAX)
                        .build(),
                "pool");
        net.graph.setOutputs("out");
        ComputationGraph network = new ComputationGraph(net.graph.build());
        network.init();
        return network;
    }

    private String largeStem() {
        String stem = relu("stem", norm("stem", "in", 64, 7, 2));
        graph.addLayer(
                "stem-pool",
                new SubsamplingLayer.Builder(new int[] {3, 3}, new int[] {2, 2}, new int[] {1, 1}).build(),
                stem);
        return "stem-pool";
    }

    private String bottleneck(String name, String from, int width, int stride, boolean project) {
        String a = relu(name + "a", norm(name + "a", from, width, 1, 1));
        String b = relu(name + "b", norm(name + "b", a, width, 3, stride));
        String c = norm(name + "c", b, 4 * width, 1, 1);
        String skip = project ? norm(name + "p", from, 4 * width, 1, stride) : from;
        graph.addVertex(name + "-add", new ElementWiseVertex(ElementWiseVertex.Op.Add), c, skip);
        return relu(name, name + "-add");
    }

    private String norm(String name, String from, int channels, int kernel, int stride) {
        graph.addLayer(
                name + "-conv",
                new ConvolutionLayer.Builder(kernel, kernel)
                        .stride(stride, stride)
                        .padding(kernel / 2, kernel / 2)
                        .nOut(channels)
                        .hasBias(false)
                        .build(),
                from);
        graph.addLayer(name + "-bn", new BatchNormalization(), name + "-conv");
        return name + "-bn";
    }

    private String relu(String name, String from) {
        graph.addLayer(name + "-relu", new ActivationLayer(Activation.RELU), from);
        return name + "-relu";
    }
}
