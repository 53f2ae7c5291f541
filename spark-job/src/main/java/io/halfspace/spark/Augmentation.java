package io.halfspace.spark;

import java.io.Serializable;

/**
 * The random change of a training image: zeros around it and a crop of the old size, then a flip left to right.
 *
 * @param pad pixels added on every side before the crop; 0 leaves the image where it is
 * @param flip whether every second image, by chance, is mirrored
 */
public record Augmentation(int pad, boolean flip) implements Serializable {
    public static final Augmentation NONE = new Augmentation(0, false);

    public Augmentation {
        if (pad < 0) {
            throw new IllegalArgumentException(
                    "Cannot augment images: found pad %d, expected 0 or more".formatted(pad));
        }
    }

    boolean changes() {
        return pad > 0 || flip;
    }
}
