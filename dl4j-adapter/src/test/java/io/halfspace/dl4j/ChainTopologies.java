package io.halfspace.dl4j;

import static io.halfspace.dl4j.Blocks.IMAGE;
import static io.halfspace.dl4j.Blocks.IMAGE_LAST;
import static io.halfspace.dl4j.Blocks.VECTOR;
import static io.halfspace.dl4j.Blocks.conv;
import static io.halfspace.dl4j.Blocks.dense;
import static io.halfspace.dl4j.Blocks.flattened;
import static io.halfspace.dl4j.Blocks.head;
import static io.halfspace.dl4j.Blocks.output;
import static io.halfspace.dl4j.Blocks.prunable;

import java.util.List;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.nd4j.linalg.activations.Activation;

/** One layer after another. */
final class ChainTopologies {
    private ChainTopologies() {}

    static List<Topology> all() {
        return List.of(
                prunable(
                        "dense chain",
                        VECTOR,
                        g -> g.addLayer("d1", dense(8, Activation.RELU), "in0")
                                .addLayer("d2", dense(6, Activation.TANH), "d1")
                                .addLayer("out", output(), "d2")
                                .setOutputs("out")),
                prunable(
                        "dense without bias",
                        VECTOR,
                        g -> g.addLayer(
                                        "d1",
                                        new DenseLayer.Builder()
                                                .nOut(8)
                                                .hasBias(false)
                                                .build(),
                                        "in0")
                                .addLayer("drop", new DropoutLayer(0.5), "d1")
                                .addLayer("out", output(), "drop")
                                .setOutputs("out")),
                prunable("convolution chain", IMAGE, g -> {
                    g.addLayer("c1", conv(6, Activation.RELU), "in0");
                    g.addLayer("c2", conv(5, Activation.ELU), "c1");
                    head(g, "c2");
                }),
                prunable("flatten then dense", IMAGE, g -> flattened(g, "in0")),
                prunable("flatten then dense, channels last", IMAGE_LAST, g -> flattened(g, "in0")),
                prunable("flat image", InputType.convolutionalFlat(6, 6, 2), g -> flattened(g, "in0")),
                prunable("many activations", VECTOR, g -> {
                    List<Activation> activations = List.of(
                            Activation.LEAKYRELU,
                            Activation.ELU,
                            Activation.SELU,
                            Activation.GELU,
                            Activation.SWISH,
                            Activation.MISH,
                            Activation.HARDTANH,
                            Activation.SOFTSIGN,
                            Activation.RATIONALTANH,
                            Activation.RECTIFIEDTANH,
                            Activation.THRESHOLDEDRELU,
                            Activation.CUBE,
                            Activation.RELU6);
                    activations.forEach(a -> g.addLayer(a.name(), dense(4, a), "in0"));
                    g.addVertex(
                            "cat",
                            new MergeVertex(),
                            activations.stream().map(Activation::name).toArray(String[]::new));
                    g.addLayer("out", output(), "cat").setOutputs("out");
                }),
                prunable("preprocessor as a vertex", IMAGE, g -> {
                    g.addLayer("c1", conv(4, Activation.RELU), "in0");
                    g.addVertex("flat", new PreprocessorVertex(new CnnToFeedForwardPreProcessor(6, 6, 4)), "c1");
                    g.addVertex("shift", new ShiftVertex(0), "flat");
                    g.addLayer("out", output(), "shift").setOutputs("out");
                }),
                prunable("padding and cropping", IMAGE, g -> {
                    g.addLayer("c1", conv(5, Activation.RELU), "in0");
                    g.addLayer("pad", new ZeroPaddingLayer(1, 2, 1, 0), "c1");
                    g.addLayer("crop", new Cropping2D(1, 1), "pad");
                    g.addLayer("c2", conv(4, Activation.RELU), "crop");
                    head(g, "c2");
                }),
                pooling(PoolingType.MAX),
                pooling(PoolingType.SUM),
                pooling(PoolingType.AVG));
    }

    private static Topology pooling(PoolingType type) {
        return prunable("global pooling " + type, IMAGE, g -> {
            g.addLayer("c1", conv(5, Activation.RELU), "in0");
            g.addLayer("pool", new GlobalPoolingLayer(type), "c1");
            g.addLayer("out", output(), "pool").setOutputs("out");
        });
    }
}
