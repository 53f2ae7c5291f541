package io.halfspace.spark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Locale;

/**
 * What is subtracted and divided by before the network: {@code (value - offset) / scale}, one pair a channel of images
 * or a feature of vectors. A class and not a record, since Kryo 4 cannot read records back.
 */
public final class Normalizer implements Serializable {
    private static final long serialVersionUID = 1L;
    /** Name that it has among a model file's extras. */
    static final String EXTRA = "normalizer";

    private static final int VERSION = 1;

    private final Normalization kind;
    private final float[] offset;
    private final float[] scale;

    Normalizer(Normalization kind, float[] offset, float[] scale) {
        this.kind = kind;
        this.offset = offset.clone();
        this.scale = scale.clone();
        boolean valid = offset.length == scale.length && offset.length > 0;
        for (int i = 0; valid && i < offset.length; i++) {
            valid = Float.isFinite(offset[i]) && Float.isFinite(scale[i]) && scale[i] > 0;
        }
        if (!valid) {
            throw new IllegalArgumentException(
                    "Cannot normalise: found %d offsets and %d scales, expected as many of both, finite, scales above 0"
                            .formatted(offset.length, scale.length));
        }
    }

    /** Leaves values as they are. */
    static Normalizer none(int channels) {
        return uniform(Normalization.NONE, channels, 1);
    }

    static Normalizer uniform(Normalization kind, int channels, float scale) {
        float[] scales = new float[channels];
        Arrays.fill(scales, scale);
        return new Normalizer(kind, new float[channels], scales);
    }

    public Normalization kind() {
        return kind;
    }

    public float[] offset() {
        return offset.clone();
    }

    public float[] scale() {
        return scale.clone();
    }

    /** A raw row in the order of the shape, normalised; the argument stays as it is. */
    public float[] apply(float[] row) {
        if (row.length % offset.length != 0 || row.length == 0) {
            throw new IllegalArgumentException("Cannot normalise a row: found %d values, expected a multiple of %d"
                    .formatted(row.length, offset.length));
        }
        int plane = row.length / offset.length;
        float[] normalised = new float[row.length];
        for (int i = 0; i < row.length; i++) {
            normalised[i] = (row[i] - offset[i / plane]) / scale[i / plane];
        }
        return normalised;
    }

    public String toJson() {
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("version", VERSION);
        json.put("kind", kind.name().toLowerCase(Locale.ROOT));
        ArrayNode offsets = json.putArray("offset");
        ArrayNode scales = json.putArray("scale");
        for (int i = 0; i < offset.length; i++) {
            offsets.add(offset[i]);
            scales.add(scale[i]);
        }
        return json.toString();
    }

    /** Reads what {@link #toJson} wrote, bit by bit the same. */
    public static Normalizer fromJson(String json) {
        try {
            JsonNode read = new ObjectMapper().readTree(json);
            if (read.path("version").asInt() != VERSION) {
                throw JobException.data(
                        "Cannot read a normalizer: found version %s, expected %d", read.path("version"), VERSION);
            }
            Normalization kind =
                    Normalization.valueOf(read.path("kind").asText().toUpperCase(Locale.ROOT));
            return new Normalizer(kind, floats(read.path("offset")), floats(read.path("scale")));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new JobException(ExitCode.DATA, "Cannot read a normalizer: " + Failures.firstLine(e), e);
        }
    }

    private static float[] floats(JsonNode array) {
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.parseFloat(array.path(i).asText());
        }
        return values;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Normalizer that
                && kind == that.kind
                && Arrays.equals(offset, that.offset)
                && Arrays.equals(scale, that.scale);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(offset) + Arrays.hashCode(scale);
    }

    @Override
    public String toString() {
        return toJson();
    }
}
