package io.halfspace.dl4j;

import static io.halfspace.dl4j.Blocks.SERIES;
import static io.halfspace.dl4j.Blocks.add;
import static io.halfspace.dl4j.Blocks.dense;
import static io.halfspace.dl4j.Blocks.lstm;
import static io.halfspace.dl4j.Blocks.outputOverTime;
import static io.halfspace.dl4j.Blocks.prunable;

import java.util.List;
import org.deeplearning4j.nn.conf.graph.AttentionVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.nd4j.linalg.activations.Activation;

/** Attention: its inputs, its outputs and its heads. */
final class AttentionTopologies {
    private AttentionTopologies() {}

    static List<Topology> all() {
        return List.of(
                prunable("self-attention", SERIES, g -> {
                    g.addLayer("r1", lstm(), "in0");
                    g.addLayer("attention", self(6, 3, 2), "r1");
                    g.addLayer("r2", lstm(), "attention");
                    g.addLayer("out", outputOverTime(), "r2").setOutputs("out");
                }),
                prunable("self-attention with large heads, added to its input", SERIES, g -> {
                    g.addLayer("r1", lstm(), "in0");
                    g.addLayer("attention", self(5, 2, 4), "r1");
                    g.addVertex("add", add(), "attention", "r1");
                    g.addLayer("d1", dense(6, Activation.RELU), "add");
                    g.addLayer("out", outputOverTime(), "d1").setOutputs("out");
                }),
                prunable("self-attention without projections", SERIES, g -> {
                    g.addLayer("r1", lstm(), "in0");
                    g.addLayer(
                            "attention",
                            new SelfAttentionLayer.Builder()
                                    .nIn(5)
                                    .nOut(5)
                                    .nHeads(1)
                                    .projectInput(false)
                                    .build(),
                            "r1");
                    g.addLayer("r2", lstm(), "attention");
                    g.addLayer("out", outputOverTime(), "r2").setOutputs("out");
                }),
                recurrent("recurrent attention", true, Activation.TANH),
                recurrent("recurrent attention without bias", false, Activation.RELU),
                new Topology("attention of three inputs", List.of(SERIES, InputType.recurrent(3, 5)), true, g -> {
                    g.addLayer("r1", lstm(), "in0");
                    g.addLayer(
                            "r2",
                            new SimpleRnn.Builder()
                                    .nOut(4)
                                    .activation(Activation.TANH)
                                    .build(),
                            "in1");
                    g.addLayer("r3", lstm(), "in1");
                    g.addVertex("attention", vertex(5, 4, 5), "r1", "r2", "r3");
                    g.addLayer("r4", lstm(), "attention");
                    g.addLayer("out", outputOverTime(), "r4").setOutputs("out");
                }),
                prunable("attention of one input, three times", SERIES, g -> {
                    g.addLayer("r1", lstm(), "in0");
                    g.addVertex("attention", vertex(5, 5, 5), "r1", "r1", "r1");
                    g.addLayer("r2", lstm(), "attention");
                    g.addLayer("out", outputOverTime(), "r2").setOutputs("out");
                }));
    }

    private static Topology recurrent(String name, boolean bias, Activation activation) {
        return prunable(name, SERIES, g -> {
            g.addLayer("r1", lstm(), "in0");
            g.addLayer(
                    "attention",
                    new RecurrentAttentionLayer.Builder()
                            .nOut(6)
                            .nHeads(3)
                            .headSize(2)
                            .hasBias(bias)
                            .activation(activation)
                            .build(),
                    "r1");
            g.addLayer("r2", lstm(), "attention");
            g.addLayer("out", outputOverTime(), "r2").setOutputs("out");
        });
    }

    private static SelfAttentionLayer self(int out, int heads, int size) {
        return new SelfAttentionLayer.Builder()
                .nOut(out)
                .nHeads(heads)
                .headSize(size)
                .projectInput(true)
                .build();
    }

    private static GraphVertex vertex(int queries, int keys, int values) {
        return new AttentionVertex.Builder()
                .nInQueries(queries)
                .nInKeys(keys)
                .nInValues(values)
                .nOut(6)
                .nHeads(3)
                .headSize(2)
                .projectInput(true)
                .build();
    }
}
