package io.halfspace.dl4j;

import static io.halfspace.dl4j.Blocks.IMAGE;
import static io.halfspace.dl4j.Blocks.VECTOR;
import static io.halfspace.dl4j.Blocks.add;
import static io.halfspace.dl4j.Blocks.conv;
import static io.halfspace.dl4j.Blocks.dense;
import static io.halfspace.dl4j.Blocks.head;
import static io.halfspace.dl4j.Blocks.output;
import static io.halfspace.dl4j.Blocks.prunable;

import java.util.List;
import org.deeplearning4j.nn.conf.layers.AutoEncoder;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.nd4j.linalg.activations.Activation;

/** What stands in the middle and keeps its neighbours whole. */
final class ProtectedTopologies {
    private ProtectedTopologies() {}

    static List<Topology> all() {
        return List.of(
                prunable(
                        "sigmoid in the middle",
                        VECTOR,
                        g -> g.addLayer("d1", dense(6, Activation.SIGMOID), "in0")
                                .addLayer("d2", dense(5, Activation.RELU), "d1")
                                .addLayer("out", output(), "d2")
                                .setOutputs("out")),
                prunable("unknown layer in the middle", IMAGE, g -> {
                    g.addLayer("c1", conv(4, Activation.RELU), "in0");
                    g.addLayer("lrn", new LocalResponseNormalization(), "c1");
                    g.addLayer("c2", conv(5, Activation.RELU), "lrn");
                    head(g, "c2");
                }),
                prunable(
                        "auto-encoder in the middle",
                        VECTOR,
                        g -> g.addLayer("d1", dense(6, Activation.RELU), "in0")
                                .addLayer(
                                        "encoder",
                                        new AutoEncoder.Builder().nOut(4).build(),
                                        "d1")
                                .addLayer("d2", dense(5, Activation.RELU), "encoder")
                                .addLayer("out", output(), "d2")
                                .setOutputs("out")),
                prunable(
                        "frozen layer",
                        VECTOR,
                        g -> g.addLayer("d1", dense(6, Activation.RELU), "in0")
                                .addLayer("d2", new FrozenLayer(dense(5, Activation.RELU)), "d1")
                                .addLayer("out", output(), "d2")
                                .setOutputs("out")),
                new Topology("locked batch-norm", List.of(IMAGE), false, g -> {
                    g.addLayer("c1", conv(5, Activation.IDENTITY), "in0");
                    g.addLayer(
                            "bn",
                            new BatchNormalization.Builder().lockGammaBeta(true).build(),
                            "c1");
                    g.addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "bn");
                    g.addLayer("out", output(), "pool").setOutputs("out");
                }),
                new Topology(
                        "raw input added",
                        List.of(VECTOR),
                        false,
                        g -> g.addLayer("d1", dense(5, Activation.RELU), "in0")
                                .addVertex("add", add(), "d1", "in0")
                                .addLayer("out", output(), "add")
                                .setOutputs("out")));
    }
}
