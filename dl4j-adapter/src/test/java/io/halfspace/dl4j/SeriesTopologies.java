package io.halfspace.dl4j;

import static io.halfspace.dl4j.Blocks.SERIES;
import static io.halfspace.dl4j.Blocks.VECTOR;
import static io.halfspace.dl4j.Blocks.conv;
import static io.halfspace.dl4j.Blocks.dense;
import static io.halfspace.dl4j.Blocks.lstm;
import static io.halfspace.dl4j.Blocks.output;
import static io.halfspace.dl4j.Blocks.outputOverTime;
import static io.halfspace.dl4j.Blocks.prunable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.rnn.DuplicateToTimeSeriesVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.graph.rnn.ReverseTimeSeriesVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.GravesBidirectionalLSTM;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocallyConnected1D;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling1D;
import org.deeplearning4j.nn.conf.layers.ZeroPadding1DLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping1D;
import org.deeplearning4j.nn.conf.layers.misc.RepeatVector;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.conf.preprocessor.RnnToCnnPreProcessor;
import org.nd4j.linalg.activations.Activation;

/** Series: recurrent layers, convolutions over time, masks and steps. */
final class SeriesTopologies {
    private SeriesTopologies() {}

    static List<Topology> all() {
        List<Topology> all = new ArrayList<>(sequences());
        all.addAll(bothDirections());
        all.addAll(steps());
        return all;
    }

    @SuppressWarnings("deprecation") // Stored networks still hold a GravesLSTM.
    private static List<Topology> sequences() {
        return List.of(
                prunable("convolution over time", SERIES, g -> {
                    g.addLayer(
                            "c1",
                            new Convolution1DLayer.Builder(3)
                                    .nOut(6)
                                    .activation(Activation.RELU)
                                    .convolutionMode(ConvolutionMode.Same)
                                    .build(),
                            "in0");
                    g.addLayer("pad", new ZeroPadding1DLayer.Builder(1).build(), "c1");
                    g.addLayer("crop", new Cropping1D(1), "pad");
                    g.addLayer("up", new Upsampling1D.Builder(2).build(), "crop");
                    g.addLayer(
                            "down", new Subsampling1DLayer.Builder(2).stride(2).build(), "up");
                    g.addLayer(
                            "c2",
                            new Convolution1DLayer.Builder(2)
                                    .nOut(5)
                                    .hasBias(false)
                                    .convolutionMode(ConvolutionMode.Same)
                                    .build(),
                            "down");
                    g.addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "c2");
                    g.addLayer("out", output(), "pool").setOutputs("out");
                }),
                prunable("weights by step", SERIES, g -> {
                    g.addLayer("r1", lstm(), "in0");
                    g.addLayer(
                            "local",
                            new LocallyConnected1D.Builder()
                                    .kernelSize(3)
                                    .nOut(4)
                                    .activation(Activation.RELU)
                                    .setInputSize(7)
                                    .build(),
                            "r1");
                    g.addLayer("r2", lstm(), "local");
                    g.addLayer("out", outputOverTime(), "r2").setOutputs("out");
                }),
                prunable("last step of both directions", SERIES, g -> {
                    g.addLayer("r1", lstm(), "in0");
                    g.addLayer("last", new LastTimeStep(new Bidirectional(lstm())), "r1");
                    g.addLayer("d1", dense(6, Activation.RELU), "last");
                    g.addLayer("out", output(), "d1").setOutputs("out");
                }),
                prunable("normalized length of series", SERIES, g -> {
                            g.addLayer("r1", lstm(), "in0");
                            g.addVertex("one", new L2NormalizeVertex(), "r1");
                            g.addLayer("r2", lstm(), "one");
                            g.addLayer("out", outputOverTime(), "r2").setOutputs("out");
                        })
                        .inSinglePrecision(),
                prunable(
                        "dense over time",
                        SERIES,
                        g -> g.addLayer("d1", dense(6, Activation.RELU), "in0")
                                .addLayer("d2", dense(5, Activation.RELU), "d1")
                                .addLayer("out", outputOverTime(), "d2")
                                .setOutputs("out")),
                prunable(
                        "embedding",
                        InputType.feedForward(9),
                        g -> g.addLayer(
                                        "e",
                                        new EmbeddingLayer.Builder()
                                                .nIn(9)
                                                .nOut(5)
                                                .hasBias(true)
                                                .activation(Activation.TANH)
                                                .build(),
                                        "in0")
                                .addLayer("d", dense(4, Activation.RELU), "e")
                                .addLayer("out", output(), "d")
                                .setOutputs("out")),
                prunable(
                        "embedding of words",
                        InputType.recurrent(9, 7),
                        g -> g.addLayer(
                                        "e",
                                        new EmbeddingSequenceLayer.Builder()
                                                .nIn(9)
                                                .nOut(5)
                                                .inputLength(7)
                                                .build(),
                                        "in0")
                                .addLayer(
                                        "last",
                                        new LastTimeStep(new LSTM.Builder()
                                                .nOut(5)
                                                .activation(Activation.TANH)
                                                .build()),
                                        "e")
                                .addLayer("out", output(), "last")
                                .setOutputs("out")),
                prunable("video", InputType.recurrent(2 * 6 * 6, 4), g -> {
                    g.addLayer("c1", conv(4, Activation.RELU), new RnnToCnnPreProcessor(6, 6, 2), "in0");
                    g.addLayer("c2", conv(3, Activation.RELU), "c1");
                    g.addLayer(
                            "lstm",
                            new LSTM.Builder()
                                    .nOut(5)
                                    .activation(Activation.TANH)
                                    .build(),
                            "c2");
                    g.addLayer("out", outputOverTime(), "lstm").setOutputs("out");
                }),
                recurrent(
                        "lstm",
                        () -> new LSTM.Builder()
                                .nOut(5)
                                .activation(Activation.TANH)
                                .build()),
                recurrent(
                        "graves lstm",
                        () -> new GravesLSTM.Builder()
                                .nOut(5)
                                .activation(Activation.TANH)
                                .build()),
                recurrent(
                        "simple rnn",
                        () -> new SimpleRnn.Builder()
                                .nOut(5)
                                .activation(Activation.TANH)
                                .build()));
    }

    @SuppressWarnings("deprecation") // Stored networks still hold layers of Graves.
    private static List<Topology> bothDirections() {
        List<Topology> all = new ArrayList<>();
        for (Bidirectional.Mode mode : Bidirectional.Mode.values()) {
            all.add(recurrent(
                    "both directions of lstm " + mode,
                    () -> new Bidirectional(
                            mode,
                            new LSTM.Builder()
                                    .nOut(5)
                                    .activation(Activation.TANH)
                                    .build())));
            all.add(recurrent(
                    "both directions of graves lstm " + mode,
                    () -> new Bidirectional(
                            mode,
                            new GravesLSTM.Builder()
                                    .nOut(4)
                                    .activation(Activation.TANH)
                                    .build())));
            all.add(recurrent(
                    "both directions of simple rnn " + mode,
                    () -> new Bidirectional(
                            mode,
                            new SimpleRnn.Builder()
                                    .nOut(5)
                                    .activation(Activation.TANH)
                                    .build())));
        }
        all.add(recurrent(
                "graves bidirectional lstm",
                () -> new GravesBidirectionalLSTM.Builder()
                        .nOut(4)
                        .activation(Activation.TANH)
                        .build()));
        return all;
    }

    private static List<Topology> steps() {
        return List.of(
                masked("steps masked by zeros", 0),
                masked("steps masked by another value", 0.5),
                prunable(
                        "dense at each step",
                        SERIES,
                        g -> g.addLayer("d1", new TimeDistributed(dense(6, Activation.RELU)), "in0")
                                .addLayer("d2", new TimeDistributed(dense(5, Activation.TANH)), "d1")
                                .addLayer("out", outputOverTime(), "d2")
                                .setOutputs("out")),
                prunable(
                        "repeated features",
                        VECTOR,
                        g -> g.addLayer("d1", dense(6, Activation.TANH), "in0")
                                .addLayer("repeat", new RepeatVector.Builder<>(4).build(), "d1")
                                .addLayer("lstm", lstm(), "repeat")
                                .addLayer("out", outputOverTime(), "lstm")
                                .setOutputs("out")),
                prunable(
                        "last step and every step",
                        SERIES,
                        g -> g.addLayer("r1", lstm(), "in0")
                                .addVertex("reverse", new ReverseTimeSeriesVertex(), "r1")
                                .addLayer("r2", lstm(), "reverse")
                                .addVertex("last", new LastTimeStepVertex("in0"), "r2")
                                .addLayer("d1", dense(6, Activation.RELU), "last")
                                .addVertex("every", new DuplicateToTimeSeriesVertex("in0"), "d1")
                                .addVertex("cat", new MergeVertex(), "r1", "every")
                                .addLayer("r3", lstm(), "cat")
                                .addLayer("out", outputOverTime(), "r3")
                                .setOutputs("out")));
    }

    private static Topology masked(String name, double value) {
        return prunable(
                name,
                SERIES,
                g -> g.addLayer("r1", lstm(), "in0")
                        .addLayer(
                                "r2",
                                new MaskZeroLayer.Builder()
                                        .setUnderlying(lstm())
                                        .setMaskValue(value)
                                        .build(),
                                "r1")
                        .addLayer("r3", lstm(), "r2")
                        .addLayer("out", outputOverTime(), "r3")
                        .setOutputs("out"));
    }

    private static Topology recurrent(String name, Supplier<Layer> layer) {
        return prunable(
                name,
                SERIES,
                g -> g.addLayer("r1", layer.get(), "in0")
                        .addLayer("r2", layer.get(), "r1")
                        .addLayer("out", outputOverTime(), "r2")
                        .setOutputs("out"));
    }
}
