package io.halfspace.dl4j;

import static io.halfspace.dl4j.Blocks.IMAGE;
import static io.halfspace.dl4j.Blocks.IMAGE_LAST;
import static io.halfspace.dl4j.Blocks.SERIES;
import static io.halfspace.dl4j.Blocks.VECTOR;
import static io.halfspace.dl4j.Blocks.add;
import static io.halfspace.dl4j.Blocks.block;
import static io.halfspace.dl4j.Blocks.conv;
import static io.halfspace.dl4j.Blocks.dense;
import static io.halfspace.dl4j.Blocks.head;
import static io.halfspace.dl4j.Blocks.max;
import static io.halfspace.dl4j.Blocks.output;
import static io.halfspace.dl4j.Blocks.prunable;
import static io.halfspace.dl4j.Blocks.residual;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.L2Vertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Branches that come together. */
final class JointTopologies {
    private JointTopologies() {}

    static List<Topology> all() {
        List<Topology> joints = new ArrayList<>();
        for (ElementWiseVertex.Op op : ElementWiseVertex.Op.values()) {
            joints.add(prunable("joint " + op, IMAGE, g -> {
                g.addLayer("c1", conv(5, Activation.TANH), "in0");
                g.addLayer("c2", conv(5, Activation.TANH), "c1");
                g.addVertex("joint", new ElementWiseVertex(op), "c1", "c2");
                head(g, "joint");
            }));
        }
        joints.add(prunable("residual add", IMAGE, g -> {
            block(g, "stem", 5, "in0");
            residual(g, "a", 5, "stem");
            residual(g, "b", 5, "a");
            head(g, "b");
        }));
        joints.add(prunable("residual with projection", IMAGE, g -> {
            block(g, "stem", 4, "in0");
            block(g, "left", 6, "stem");
            g.addLayer("right", conv(6, Activation.IDENTITY), "stem");
            g.addVertex("add", add(), "left", "right");
            g.addLayer("relu", new ActivationLayer(Activation.RELU), "add");
            head(g, "relu");
        }));
        joints.add(prunable("add of three", IMAGE, g -> {
            for (int i = 0; i < 3; i++) {
                g.addLayer("c" + i, conv(4, Activation.RELU), "in0");
            }
            g.addVertex("add", add(), "c0", "c1", "c2");
            head(g, "add");
        }));
        joints.add(prunable("dense block", IMAGE, g -> {
            g.addLayer("c0", conv(3, Activation.RELU), "in0");
            g.addLayer("c1", conv(3, Activation.RELU), "c0");
            g.addVertex("cat1", new MergeVertex(), "c0", "c1");
            g.addLayer("c2", conv(3, Activation.RELU), "cat1");
            g.addVertex("cat2", new MergeVertex(), "cat1", "c2");
            g.addLayer("bn", new BatchNormalization(), "cat2");
            g.addLayer("c3", conv(3, Activation.RELU), "bn");
            g.addVertex("cat3", new MergeVertex(), "cat2", "c3");
            head(g, "cat3");
        }));
        joints.add(prunable("concat with raw input", IMAGE, g -> {
            g.addLayer("c1", conv(4, Activation.RELU), "in0");
            g.addVertex("cat", new MergeVertex(), "in0", "c1");
            g.addLayer("c2", conv(4, Activation.RELU), "cat");
            head(g, "c2");
        }));
        joints.add(prunable("concat then add", IMAGE, g -> {
            g.addLayer("c1", conv(3, Activation.RELU), "in0");
            g.addLayer("c2", conv(2, Activation.RELU), "in0");
            g.addLayer("c3", conv(5, Activation.RELU), "in0");
            g.addVertex("cat", new MergeVertex(), "c1", "c2");
            g.addVertex("add", add(), "cat", "c3");
            head(g, "add");
        }));
        joints.add(prunable("concat, channels last", IMAGE_LAST, g -> {
            g.addLayer("c1", conv(3, Activation.RELU), "in0");
            g.addLayer("c2", conv(4, Activation.RELU), "in0");
            g.addVertex("cat", new MergeVertex(), "c1", "c2");
            head(g, "cat");
        }));
        joints.add(prunable(
                "shared input",
                VECTOR,
                g -> g.addLayer("d1", dense(4, Activation.RELU), "in0")
                        .addLayer("d2", dense(3, Activation.RELU), "in0")
                        .addLayer("out", output(), "d1", "d2")
                        .setOutputs("out")));
        joints.add(new Topology("several inputs", List.of(VECTOR, IMAGE), true, g -> {
            g.addLayer("d1", dense(4, Activation.RELU), "in0");
            g.addLayer("c1", conv(3, Activation.RELU), "in1");
            g.addLayer("d2", dense(5, Activation.RELU), "c1");
            g.addVertex("cat", new MergeVertex(), "d1", "d2");
            g.addLayer("out", output(), "cat").setOutputs("out");
        }));
        joints.add(prunable(
                "several outputs",
                VECTOR,
                g -> g.addLayer("d1", dense(6, Activation.RELU), "in0")
                        .addLayer("out1", output(), "d1")
                        .addLayer("d2", dense(5, Activation.RELU), "d1")
                        .addLayer("out2", output(), "d2")
                        .setOutputs("out1", "out2")));
        joints.add(prunable(
                "subset",
                VECTOR,
                g -> g.addLayer("d1", dense(8, Activation.RELU), "in0")
                        .addVertex("low", new SubsetVertex(0, 3), "d1")
                        .addVertex("high", new SubsetVertex(2, 7), "d1")
                        .addVertex("half", new ScaleVertex(0.5), "high")
                        .addLayer("d2", dense(5, Activation.RELU), "low")
                        .addLayer("d3", dense(5, Activation.RELU), "half")
                        .addVertex("add", add(), "d2", "d3")
                        .addLayer("out", output(), "add")
                        .setOutputs("out")));
        joints.add(new Topology("distance", List.of(VECTOR, InputType.feedForward(4)), true, g -> {
            g.addLayer("d1", dense(6, Activation.RELU), "in0");
            g.addLayer("d2", dense(6, Activation.RELU), "in1");
            g.addVertex("distance", new L2Vertex(), "d1", "d2");
            g.addVertex("cat", new MergeVertex(), "distance", "d2");
            g.addLayer("out", output(), "cat").setOutputs("out");
        }));
        joints.add(new Topology("distance of images", List.of(IMAGE, IMAGE), true, g -> {
            g.addLayer("c1", conv(4, Activation.RELU), "in0");
            g.addLayer("c2", conv(4, Activation.RELU), "in1");
            g.addVertex("distance", new L2Vertex(), "c1", "c2");
            g.addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "c2");
            g.addVertex("cat", new MergeVertex(), "distance", "pool");
            g.addLayer("out", output(), "cat").setOutputs("out");
        }));
        joints.add(prunable("frozen vertices", IMAGE, g -> {
            g.addLayer("c1", conv(4, Activation.RELU), "in0");
            g.addLayer("c2", conv(4, Activation.RELU), "in0");
            g.addVertex("add", new FrozenVertex(add()), "c1", "c2");
            g.addVertex("cat", new FrozenVertex(new MergeVertex()), "c1", "add");
            head(g, "cat");
        }));
        joints.add(prunable("maps stacked on top of one another", IMAGE, g -> {
                    g.addLayer("c1", sizedConv(2, 4), "in0");
                    g.addLayer("c2", sizedConv(2, 4), "in0");
                    g.addVertex("cat", along(2), "c1", "c2");
                    g.addLayer("c3", sizedConv(4, 5), "cat");
                    g.addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "c3");
                    g.addLayer("out", sizedOutput(), "pool").setOutputs("out");
                })
                .withOwnSizes());
        joints.add(prunable("maps stacked side by side", IMAGE, g -> {
                    g.addLayer("c1", sizedConv(2, 4), "in0");
                    g.addVertex("cat", along(3), "c1", "c1");
                    g.addLayer("c3", sizedConv(4, 5), "cat");
                    g.addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "c3");
                    g.addLayer("out", sizedOutput(), "pool").setOutputs("out");
                })
                .withOwnSizes());
        joints.add(prunable("series one after the other", SERIES, g -> {
                    g.addLayer("r1", sizedLstm(4), "in0");
                    g.addLayer("r2", sizedLstm(4), "in0");
                    g.addVertex("cat", along(2), "r1", "r2");
                    g.addLayer("r3", sizedLstm(5), "cat");
                    g.addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "r3");
                    g.addLayer("out", sizedOutput(), "pool").setOutputs("out");
                })
                .withOwnSizes());
        joints.add(prunable("u-net", IMAGE, g -> {
            g.addLayer("c1", conv(4, Activation.RELU), "in0");
            g.addLayer("down", max(), "c1");
            g.addLayer("c2", conv(5, Activation.RELU), "down");
            g.addLayer("up", new Upsampling2D.Builder(2).build(), "c2");
            g.addVertex("cat", new MergeVertex(), "c1", "up");
            g.addLayer("c3", conv(3, Activation.IDENTITY), "cat");
            g.addLayer("out", new CnnLossLayer.Builder(LossFunction.MSE).build(), "c3");
            g.setOutputs("out");
        }));
        return joints;
    }

    private static MergeVertex along(int axis) {
        MergeVertex merge = new MergeVertex();
        merge.setMergeAxis(axis);
        return merge;
    }

    private static ConvolutionLayer sizedConv(int in, int out) {
        return new ConvolutionLayer.Builder(3, 3)
                .nIn(in)
                .nOut(out)
                .activation(Activation.RELU)
                .build();
    }

    private static LSTM sizedLstm(int in) {
        return new LSTM.Builder().nIn(in).nOut(5).activation(Activation.TANH).build();
    }

    private static OutputLayer sizedOutput() {
        OutputLayer output = output();
        output.setNIn(5);
        return output;
    }
}
