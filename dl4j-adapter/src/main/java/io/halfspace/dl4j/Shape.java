package io.halfspace.dl4j;

import org.deeplearning4j.nn.conf.inputs.InputType;

/**
 * What a vertex gives for one example.
 *
 * @param type Deeplearning4j's own description, with the memory format
 * @param channels features, feature maps, or hidden units
 * @param positions values of one channel: height times width, time steps (1 where their number is not known)
 */
public record Shape(InputType type, int channels, long positions) {
    static Shape of(InputType type) {
        if (type instanceof InputType.InputTypeConvolutional image) {
            return new Shape(type, Math.toIntExact(image.getChannels()), image.getHeight() * image.getWidth());
        }
        if (type instanceof InputType.InputTypeConvolutional3D volume) {
            long positions = volume.getDepth() * volume.getHeight() * volume.getWidth();
            return new Shape(type, Math.toIntExact(volume.getChannels()), positions);
        }
        if (type instanceof InputType.InputTypeRecurrent series) {
            return new Shape(type, Math.toIntExact(series.getSize()), Math.max(1, series.getTimeSeriesLength()));
        }
        return new Shape(type, Math.toIntExact(type.arrayElementsPerExample()), 1);
    }

    Shape withPositions(long other) {
        return new Shape(type, channels, other);
    }

    boolean is(InputType.Type expected) {
        return type.getType() == expected;
    }
}
