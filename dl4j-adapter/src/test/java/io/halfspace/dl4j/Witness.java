package io.halfspace.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Shows that what a reason says is so, on the very layer that it blames, alone between its input and its output: that a zero
 * channel does not stay zero, or that the others change when it is cut, or that neither can be computed.
 */
final class Witness {
    private Witness() {}

    /** A layer or vertex alone, in double precision. */
    static ComputationGraph alone(Object subject, InputType... inputs) {
        GraphBuilder graph = new NeuralNetConfiguration.Builder()
                .seed(3)
                .dataType(DataType.DOUBLE)
                .activation(Activation.IDENTITY)
                .updater(new Sgd(0.1))
                .graphBuilder();
        String[] names =
                IntStream.range(0, inputs.length).mapToObj(i -> "in" + i).toArray(String[]::new);
        graph.addInputs(names).setInputTypes(inputs);
        if (subject instanceof Layer layer) {
            graph.addLayer("out", layer.clone(), names);
        } else {
            graph.addVertex("out", (GraphVertex) subject, names);
        }
        ComputationGraph network = new ComputationGraph(
                graph.setOutputs("out").validateOutputLayerConfig(false).build());
        network.init();
        return network;
    }

    /** A channel that is zero gives something else, or the others give something else without it. */
    static void zeroingAndCuttingDiffer(Object whole, Object cut, InputType type, INDArray values) {
        int channels = (int) values.size(1);
        int leaving = channels / 2;
        INDArray zeroed = values.castTo(DataType.DOUBLE).dup('c');
        channel(zeroed, leaving).assign(0);
        INDArray given = run(alone(whole, type), zeroed);
        INDArray rest = run(alone(cut, fewer(type)), without(zeroed, leaving));
        double moved = channel(given, leaving).amaxNumber().doubleValue();
        double changed = without(given, leaving).sub(rest).amaxNumber().doubleValue();
        assertThat(moved + changed).as("channel %d of %d", leaving, channels).isGreaterThan(1e-12);
    }

    /** The same array as the layer sees it. */
    private static INDArray run(ComputationGraph network, INDArray input) {
        return network.output(false, input.dup())[0];
    }

    static INDArray channel(INDArray values, int channel) {
        return values.get(NDArrayIndex.all(), NDArrayIndex.point(channel));
    }

    static INDArray without(INDArray values, int channel) {
        List<INDArray> parts = IntStream.range(0, (int) values.size(1))
                .filter(c -> c != channel)
                .mapToObj(c -> values.get(NDArrayIndex.all(), NDArrayIndex.interval(c, c + 1)))
                .toList();
        return Nd4j.concat(1, parts.toArray(INDArray[]::new));
    }

    private static InputType fewer(InputType type) {
        Shape shape = Shape.of(type);
        return Outputs.withChannels(shape, shape.channels() - 1).type();
    }

    /** An activation function gives something for nothing. */
    static void zeroDoesNotStay(IActivation activation, int channels) {
        INDArray given = activation.getActivation(Nd4j.zeros(DataType.DOUBLE, 2, channels), false);
        assertThat(given.amaxNumber().doubleValue())
                .as("%s at zero", activation)
                .isGreaterThan(0);
    }

    /** The gradient of a zero channel is not a number. */
    static void gradientIsNaN(Layer pooling, int side) {
        ConvolutionLayer convolution =
                new ConvolutionLayer.Builder(1, 1).nOut(3).build();
        GraphBuilder graph = new NeuralNetConfiguration.Builder()
                .seed(3)
                .dataType(DataType.DOUBLE)
                .activation(Activation.IDENTITY)
                .updater(new Sgd(0.1))
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.convolutional(side, side, 2));
        graph.addLayer("c", convolution, "in")
                .addLayer("pool", pooling.clone(), "c")
                .addLayer("flat", new GlobalPoolingLayer(PoolingType.AVG), "pool")
                .addLayer("out", Blocks.output(), "flat")
                .setOutputs("out");
        ComputationGraph network = new ComputationGraph(graph.build());
        network.init();
        network.getLayer("c").getParam("W").slice(0).assign(0);
        network.getLayer("c").getParam("b").assign(0);
        INDArray[] input = {Nd4j.randn(DataType.DOUBLE, 2, 2, side, side)};
        INDArray[] labels = {Nd4j.rand(DataType.DOUBLE, 2, 3)};
        network.setInputs(input);
        network.setLabels(labels);
        network.computeGradientAndScore();
        assertThat(network.gradient().gradient().sumNumber().doubleValue()).isNaN();
    }

    /** The loss takes a zero channel for what it is: far from its centre. */
    static void lossSeesZeroChannels(CenterLossOutputLayer layer) {
        double[] scores = new double[2];
        for (int cut = 0; cut < 2; cut++) {
            int channels = 4 - cut;
            CenterLossOutputLayer small = new CenterLossOutputLayer.Builder(LossFunction.MSE)
                    .nOut(3)
                    .activation(Activation.IDENTITY)
                    .lambda(layer.getLambda())
                    .alpha(layer.getAlpha())
                    .build();
            ComputationGraph network = alone(small, InputType.feedForward(channels));
            network.params().assign(0.5);
            INDArray features = Nd4j.ones(DataType.DOUBLE, 2, channels);
            if (cut == 0) {
                features.getColumn(3).assign(0);
            }
            INDArray labels = Nd4j.eye(3).castTo(DataType.DOUBLE).getRows(0, 1);
            scores[cut] = network.score(new DataSet(features, labels));
        }
        assertThat(Math.abs(scores[0] - scores[1])).isGreaterThan(1e-12);
    }

    /** Without one of its channels, it cannot be computed at all. */
    static void cannotRunOnFewer(Layer layer, InputType type) {
        Shape shape = Shape.of(type);
        long[] size = type.getShape(true);
        size[0] = 1;
        run(alone(layer, type), Nd4j.rand(DataType.DOUBLE, size));
        size[1] = shape.channels() - 1L;
        assertThatThrownBy(() -> run(alone(layer, fewer(type)), Nd4j.rand(DataType.DOUBLE, size)))
                .isInstanceOf(RuntimeException.class);
    }
}
