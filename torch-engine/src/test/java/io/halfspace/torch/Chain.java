package io.halfspace.torch;

import io.halfspace.dl4j.Batch;
import io.halfspace.dl4j.Target;
import io.halfspace.dl4j.Values;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Cnn3DLossLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** Layers one behind the other, ended by a squared loss on all that comes out; and batches of random numbers for them. */
record Chain(InputType input, List<Layer> layers) {
    static Chain of(InputType input, Layer... layers) {
        return new Chain(input, Arrays.stream(layers).map(Chain::withMode).toList());
    }

    /** Types are asked for before Deeplearning4j's builder would set the mode. */
    private static Layer withMode(Layer layer) {
        if (layer instanceof ConvolutionLayer convolution && convolution.getConvolutionMode() == null) {
            convolution.setConvolutionMode(ConvolutionMode.Truncate);
        }
        if (layer instanceof SubsamplingLayer pooling && pooling.getConvolutionMode() == null) {
            pooling.setConvolutionMode(ConvolutionMode.Truncate);
        }
        return layer;
    }

    /** A builder with smooth activations. */
    static NeuralNetConfiguration.Builder builder(DataType type) {
        return new NeuralNetConfiguration.Builder()
                .seed(3)
                .dataType(type)
                .updater(new Sgd(0.1))
                .activation(Activation.TANH);
    }

    Function<DataType, ComputationGraphConfiguration> network() {
        return type -> configuration(type, end());
    }

    private ComputationGraphConfiguration configuration(DataType type, Layer end) {
        var graph = builder(type).graphBuilder().addInputs("in");
        String last = "in";
        for (int i = 0; i < layers.size(); i++) {
            String name = "layer" + i;
            graph.addLayer(name, layers.get(i).clone(), last);
            last = name;
        }
        return graph.addLayer("out", end, last)
                .setOutputs("out")
                .setInputTypes(input)
                .build();
    }

    /** What ends the chain, by the type that comes out. */
    private Layer end() {
        InputType type = input;
        for (Layer layer : layers) {
            var before = layer.clone().getPreProcessorForInputType(type);
            type = layer.clone().getOutputType(0, before == null ? type : before.getOutputType(type));
        }
        if (type instanceof InputType.InputTypeConvolutional image) {
            return new CnnLossLayer.Builder(LossFunctions.LossFunction.MSE)
                    .format(image.getFormat())
                    .activation(Activation.TANH)
                    .build();
        }
        if (type instanceof InputType.InputTypeConvolutional3D volume) {
            return new Cnn3DLossLayer.Builder(volume.getDataFormat())
                    .lossFunction(LossFunctions.LossFunction.MSE)
                    .activation(Activation.TANH)
                    .build();
        }
        boolean collapsed =
                layers.stream().anyMatch(layer -> layer instanceof GlobalPoolingLayer || layer instanceof LastTimeStep);
        InputType last = input instanceof InputType.InputTypeRecurrent ? input : type;
        if (last instanceof InputType.InputTypeRecurrent series && !collapsed) {
            return new RnnOutputLayer.Builder(LossFunctions.LossFunction.MSE)
                    .nOut(3)
                    .dataFormat(series.getFormat())
                    .activation(Activation.TANH)
                    .build();
        }
        return new OutputLayer.Builder(LossFunctions.LossFunction.MSE)
                .nOut(3)
                .activation(Activation.TANH)
                .build();
    }

    /** Random features, and random labels in the shape of what comes out. */
    Batch batch(int rows, long seed) {
        Random random = new Random(seed);
        Values features = normal(random, shape(input, rows));
        return labelled(network(), List.of(new Batch.Input(features, Optional.empty())), random);
    }

    /** The same with series that end early, each at a random step. */
    Batch maskedBatch(int rows, long seed) {
        Random random = new Random(seed);
        int[] shape = shape(input, rows);
        int steps = ((InputType.InputTypeRecurrent) input).getFormat() == RNNFormat.NWC ? shape[1] : shape[2];
        Optional<Values> mask = Optional.of(endings(random, rows, steps));
        Batch plain = labelled(network(), List.of(new Batch.Input(normal(random, shape), mask)), random);
        Target.Dense target = (Target.Dense) plain.targets().get(0);
        boolean series = target.values().shape().length == 3;
        return new Batch(plain.inputs(), List.of(new Target.Dense(target.values(), series ? mask : Optional.empty())));
    }

    /** Random labels, between 0 and 1, for given inputs. */
    static Batch labelled(
            Function<DataType, ComputationGraphConfiguration> network, List<Batch.Input> inputs, Random random) {
        ComputationGraph graph = new ComputationGraph(network.apply(DataType.FLOAT));
        graph.init();
        INDArray[] features =
                inputs.stream().map(each -> each.values().toArray()).toArray(INDArray[]::new);
        List<Target> targets = Arrays.stream(graph.output(false, features))
                .map(output -> {
                    int[] shape = Arrays.stream(output.shape())
                            .mapToInt(Math::toIntExact)
                            .toArray();
                    float[] labels = new float[(int) output.length()];
                    for (int i = 0; i < labels.length; i++) {
                        labels[i] = 0.05f + 0.9f * random.nextFloat();
                    }
                    return (Target) new Target.Dense(Values.of(labels, shape), Optional.empty());
                })
                .toList();
        // Not closed: that collects all garbage, which takes longer than the test.
        return new Batch(inputs, targets);
    }

    static Values endings(Random random, int rows, int steps) {
        float[] present = new float[rows * steps];
        for (int row = 0; row < rows; row++) {
            int length = row == 0 ? steps : 1 + random.nextInt(steps);
            Arrays.fill(present, row * steps, row * steps + length, 1);
        }
        return Values.of(present, rows, steps);
    }

    static Values normal(Random random, int... shape) {
        int length = 1;
        for (int size : shape) {
            length *= size;
        }
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Values.of(values, shape);
    }

    static int[] shape(InputType type, int rows) {
        if (type instanceof InputType.InputTypeConvolutional image) {
            int channels = (int) image.getChannels();
            int height = (int) image.getHeight();
            int width = (int) image.getWidth();
            return image.getFormat() == CNN2DFormat.NHWC
                    ? new int[] {rows, height, width, channels}
                    : new int[] {rows, channels, height, width};
        }
        if (type instanceof InputType.InputTypeConvolutional3D volume) {
            int channels = (int) volume.getChannels();
            int depth = (int) volume.getDepth();
            int height = (int) volume.getHeight();
            int width = (int) volume.getWidth();
            return volume.getDataFormat() == Convolution3D.DataFormat.NDHWC
                    ? new int[] {rows, depth, height, width, channels}
                    : new int[] {rows, channels, depth, height, width};
        }
        if (type instanceof InputType.InputTypeRecurrent series) {
            int size = (int) series.getSize();
            int steps = (int) series.getTimeSeriesLength();
            return series.getFormat() == RNNFormat.NWC ? new int[] {rows, steps, size} : new int[] {rows, size, steps};
        }
        return new int[] {rows, (int) type.arrayElementsPerExample()};
    }
}
