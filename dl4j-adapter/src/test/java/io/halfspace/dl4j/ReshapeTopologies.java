package io.halfspace.dl4j;

import static io.halfspace.dl4j.Blocks.IMAGE;
import static io.halfspace.dl4j.Blocks.IMAGE_LAST;
import static io.halfspace.dl4j.Blocks.SERIES;
import static io.halfspace.dl4j.Blocks.VECTOR;
import static io.halfspace.dl4j.Blocks.conv;
import static io.halfspace.dl4j.Blocks.dense;
import static io.halfspace.dl4j.Blocks.head;
import static io.halfspace.dl4j.Blocks.lstm;
import static io.halfspace.dl4j.Blocks.output;
import static io.halfspace.dl4j.Blocks.outputOverTime;
import static io.halfspace.dl4j.Blocks.prunable;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.ComposableInputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnn3DPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToCnnPreProcessor;
import org.nd4j.linalg.activations.Activation;

/** Features made of feature maps, and feature maps made of features. */
final class ReshapeTopologies {
    private ReshapeTopologies() {}

    static List<Topology> all() {
        List<Topology> all = new ArrayList<>(preprocessors());
        all.addAll(vertices());
        return all;
    }

    private static List<Topology> preprocessors() {
        return List.of(
                prunable("features folded into an image", VECTOR, g -> {
                    g.addLayer("d1", dense(16, Activation.RELU), "in0");
                    g.addLayer("c1", conv(4, Activation.RELU), new FeedForwardToCnnPreProcessor(2, 2, 4), "d1");
                    g.addLayer("c2", conv(5, Activation.RELU), "c1");
                    head(g, "c2");
                }),
                prunable("features folded into a volume", VECTOR, g -> {
                    InputPreProcessor fold = new FeedForwardToCnn3DPreProcessor(2, 2, 2, 3, true);
                    g.addLayer("d1", dense(24, Activation.RELU), "in0");
                    g.addLayer(
                            "c1",
                            new Convolution3D.Builder(2, 2, 2)
                                    .convolutionMode(ConvolutionMode.Same)
                                    .nOut(4)
                                    .activation(Activation.RELU)
                                    .build(),
                            fold,
                            "d1");
                    g.addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "c1");
                    g.addLayer("out", output(), "pool").setOutputs("out");
                }),
                prunable("features of every step folded into an image", SERIES, g -> {
                    g.addLayer("r1", new LSTM.Builder().nOut(16).build(), "in0");
                    g.addLayer("c1", conv(3, Activation.RELU), new RnnToCnnPreProcessor(2, 2, 4), "r1");
                    g.addLayer("r2", lstm(), "c1");
                    g.addLayer("out", outputOverTime(), "r2").setOutputs("out");
                }),
                prunable("chain of preprocessors", IMAGE, g -> {
                    InputPreProcessor chain = new ComposableInputPreProcessor(
                            new CnnToFeedForwardPreProcessor(6, 6, 4), new FeedForwardToCnnPreProcessor(9, 4, 4));
                    g.addLayer("c1", conv(4, Activation.RELU), "in0");
                    g.addLayer("c2", conv(5, Activation.RELU), chain, "c1");
                    head(g, "c2");
                }));
    }

    private static List<Topology> vertices() {
        return List.of(
                reshaped("maps reshaped to features", new ReshapeVertex(-1, 4 * 36)),
                prunable("maps reshaped to features, channels last", IMAGE_LAST, g -> {
                    g.addLayer("c1", conv(4, Activation.RELU), "in0");
                    g.addVertex("reshape", new ReshapeVertex(-1, 4 * 36), "c1");
                    g.addLayer("d1", dense(6, Activation.RELU), "reshape");
                    g.addLayer("out", output(), "d1").setOutputs("out");
                }),
                prunable("maps reshaped to wider ones", IMAGE, g -> {
                    g.addLayer("c1", conv(4, Activation.RELU), "in0");
                    g.addVertex("reshape", new ReshapeVertex(-1, 4, 4, 9), "c1");
                    g.addLayer("c2", conv(5, Activation.RELU), "reshape");
                    head(g, "c2");
                }),
                prunable("maps reshaped to more maps", IMAGE, g -> {
                    g.addLayer("c1", conv(4, Activation.RELU), "in0");
                    g.addVertex("reshape", new ReshapeVertex(-1, 16, 3, 3), "c1");
                    g.addLayer("c2", conv(5, Activation.RELU), "reshape");
                    head(g, "c2");
                }),
                prunable("maps reshaped to fewer maps", IMAGE, g -> {
                    g.addLayer("c1", conv(6, Activation.RELU), "in0");
                    g.addVertex("reshape", new ReshapeVertex(-1, 3, 12, 6), "c1");
                    g.addLayer("c2", conv(5, Activation.RELU), "reshape");
                    head(g, "c2");
                }),
                prunable("maps reshaped to series", IMAGE, g -> {
                    g.addLayer("c1", conv(4, Activation.RELU), "in0");
                    g.addVertex("reshape", new ReshapeVertex(-1, 4, 36), "c1");
                    g.addLayer("r1", lstm(), "reshape");
                    g.addLayer("out", outputOverTime(), "r1").setOutputs("out");
                }),
                reshaped("maps reshaped in F order", new ReshapeVertex('f', new int[] {-1, 4 * 36}, null)),
                prunable("features reshaped to maps", VECTOR, g -> {
                    g.addLayer("d1", dense(12, Activation.RELU), "in0");
                    g.addVertex("reshape", new ReshapeVertex(-1, 3, 2, 2), "d1");
                    g.addLayer("c1", conv(5, Activation.RELU), "reshape");
                    head(g, "c1");
                }),
                prunable("features reshaped in F order", VECTOR, g -> {
                    g.addLayer("d1", dense(12, Activation.RELU), "in0");
                    g.addVertex("reshape", new ReshapeVertex('f', new int[] {-1, 3, 2, 2}, null), "d1");
                    g.addLayer("c1", conv(5, Activation.RELU), "reshape");
                    head(g, "c1");
                }),
                prunable("maps cut apart", IMAGE, g -> {
                    g.addLayer("c1", conv(4, Activation.RELU), "in0");
                    g.addVertex("reshape", new ReshapeVertex(-1, 6, 6, 4), "c1");
                    g.addLayer("c2", conv(5, Activation.RELU), "reshape");
                    head(g, "c2");
                }));
    }

    private static Topology reshaped(String name, ReshapeVertex reshape) {
        return prunable(name, IMAGE, g -> {
            g.addLayer("c1", conv(4, Activation.RELU), "in0");
            g.addVertex("reshape", reshape, "c1");
            g.addLayer("d1", dense(6, Activation.RELU), "reshape");
            g.addLayer("out", output(), "d1").setOutputs("out");
        });
    }
}
