package io.halfspace.dl4j;

import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PoolHelperVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;

/** What layers, vertices and preprocessors give, after Deeplearning4j's own shape inference. */
final class Outputs {
    private Outputs() {}

    /**
     * What a configuration gives for the given inputs.
     *
     * @throws RuntimeException of any kind that Deeplearning4j throws if it cannot take them
     */
    static Shape of(Object subject, List<Shape> inputs) {
        Shape input = inputs.get(0);
        if (subject instanceof SubsetVertex subset) {
            // Deeplearning4j's own answer is negative for images.
            int channels = subset.getTo() - subset.getFrom() + 1;
            return withChannels(input, channels);
        }
        if (subject instanceof FrozenVertex frozen) {
            return of(frozen.getUnderlying(), inputs);
        }
        if (subject instanceof LossLayer) {
            // Deeplearning4j's own answer is nothing if the layer has not been told its size.
            return input;
        }
        if (subject instanceof ReshapeVertex reshape && reshape.getNewShape().length == 3) {
            // Deeplearning4j's own answer forgets the number of steps.
            int[] shape = reshape.getNewShape();
            return Shape.of(InputType.recurrent(shape[1], shape[2]));
        }
        if (subject instanceof PoolHelperVertex && input.type() instanceof InputType.InputTypeConvolutional image) {
            // Deeplearning4j's own answer is the input, from which the vertex takes a row and a column.
            return Shape.of(InputType.convolutional(
                    image.getHeight() - 1, image.getWidth() - 1, image.getChannels(), image.getFormat()));
        }
        if (subject instanceof MergeVertex merge && merge.getMergeAxis() != Joints.channelAxis(input)) {
            return stackedPositions(merge.getMergeAxis(), inputs);
        }
        InputType[] types = inputs.stream().map(Shape::type).toArray(InputType[]::new);
        Shape output = Shape.of(type(subject, types));
        return output.withPositions(positions(subject, input, output));
    }

    /** Deeplearning4j's own answer adds up the channels, whatever is stacked. */
    private static Shape stackedPositions(int axis, List<Shape> inputs) {
        Shape first = inputs.get(0);
        if (first.type() instanceof InputType.InputTypeRecurrent series) {
            long steps = inputs.stream()
                    .mapToLong(input -> ((InputType.InputTypeRecurrent) input.type()).getTimeSeriesLength())
                    .reduce(0, (a, b) -> a < 0 || b < 0 ? -1 : a + b);
            return Shape.of(InputType.recurrent(series.getSize(), steps, series.getFormat()));
        }
        if (first.type() instanceof InputType.InputTypeConvolutional image) {
            boolean rows = axis == (image.getFormat() == CNN2DFormat.NHWC ? 1 : 2);
            long height = 0;
            long width = 0;
            for (Shape input : inputs) {
                InputType.InputTypeConvolutional next = (InputType.InputTypeConvolutional) input.type();
                height = rows ? height + next.getHeight() : next.getHeight();
                width = rows ? next.getWidth() : width + next.getWidth();
            }
            return Shape.of(InputType.convolutional(height, width, image.getChannels(), image.getFormat()));
        }
        throw new IllegalArgumentException("stacking along axis " + axis + " is not understood");
    }

    /** A guess for a configuration that cannot take its inputs: nothing may be cut there anyway. */
    static Shape unknown(Object subject, List<Shape> inputs) {
        int channels = subject instanceof FeedForwardLayer layer ? Math.toIntExact(layer.getNOut()) : 0;
        return new Shape(InputType.feedForward(Math.max(1, channels)), Math.max(1, channels), 1);
    }

    /** Shape inference may modify what it is asked of (MergeVertex sets its axis), so it gets copies. */
    private static InputType type(Object subject, InputType[] types) {
        if (subject instanceof Layer layer) {
            return layer.clone().getOutputType(0, types[0]);
        }
        if (subject instanceof InputPreProcessor preprocessor) {
            return preprocessor.clone().getOutputType(types[0]);
        }
        return ((GraphVertex) subject).clone().getOutputType(0, types);
    }

    /** The same shape with other channels. */
    static Shape withChannels(Shape shape, int channels) {
        return new Shape(withChannels(shape.type(), channels), channels, shape.positions());
    }

    /** The channels of plain features at every step of a series. */
    static Shape alongside(Shape features, Shape series) {
        return new Shape(
                InputType.recurrent(features.channels(), series.positions()), features.channels(), series.positions());
    }

    private static InputType withChannels(InputType type, int channels) {
        if (type instanceof InputType.InputTypeConvolutional image) {
            return InputType.convolutional(image.getHeight(), image.getWidth(), channels, image.getFormat());
        }
        if (type instanceof InputType.InputTypeConvolutional3D volume) {
            return InputType.convolutional3D(
                    volume.getDataFormat(), volume.getDepth(), volume.getHeight(), volume.getWidth(), channels);
        }
        if (type instanceof InputType.InputTypeRecurrent series) {
            return InputType.recurrent(channels, series.getTimeSeriesLength(), series.getFormat());
        }
        return InputType.feedForward(channels);
    }

    /** Time steps outlast a detour over plain features, where Deeplearning4j's types forget them. */
    private static long positions(Object subject, Shape input, Shape output) {
        if (subject instanceof GlobalPoolingLayer) {
            return 1;
        }
        boolean features = output.is(InputType.Type.FF);
        boolean series = output.is(InputType.Type.RNN);
        boolean fromFeatures = input.is(InputType.Type.FF);
        boolean fromSeries = input.is(InputType.Type.RNN);
        boolean unknownLength =
                output.type() instanceof InputType.InputTypeRecurrent steps && steps.getTimeSeriesLength() <= 0;
        if (features && (fromFeatures || subject instanceof RnnToFeedForwardPreProcessor)
                || series && unknownLength && (fromFeatures || fromSeries)) {
            return input.positions();
        }
        return output.positions();
    }
}
