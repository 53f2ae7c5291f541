package io.halfspace.spark;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Objects;

/**
 * What the rows are and where they lie.
 *
 * @param shape of one row without the batch axis: [features] or [channels, height, width]
 * @param labelColumn CSV: a number from 0, {@code last} or a name of the header; Parquet: the column's name
 * @param featuresColumn Parquet and data frames only
 */
public record DataConfig(
        DataFormat format,
        DataPart train,
        DataPart validation,
        DataPart test,
        int[] shape,
        int classes,
        Normalization normalization,
        Augmentation augmentation,
        String labelColumn,
        String featuresColumn)
        implements Serializable {
    public DataConfig {
        Objects.requireNonNull(format, "format");
        Objects.requireNonNull(train, "train");
        Objects.requireNonNull(validation, "validation");
        Objects.requireNonNull(test, "test");
        Objects.requireNonNull(normalization, "normalization");
        Objects.requireNonNull(augmentation, "augmentation");
        Objects.requireNonNull(labelColumn, "labelColumn");
        Objects.requireNonNull(featuresColumn, "featuresColumn");
        shape = shape.clone();
        long width = 1;
        for (int side : shape) {
            width = side < 1 || width > Integer.MAX_VALUE ? Long.MAX_VALUE : width * side;
        }
        if ((shape.length != 1 && shape.length != 3) || width > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "Cannot use a row shape: found %s, expected [features] or [channels, height, width]"
                            .formatted(Arrays.toString(shape)));
        }
        if (classes < 2) {
            throw new IllegalArgumentException(
                    "Cannot classify: found %d classes, expected 2 or more".formatted(classes));
        }
        if (format == DataFormat.IMAGES && (shape.length != 3 || (shape[0] != 1 && shape[0] != 3))) {
            throw new IllegalArgumentException(
                    "Cannot read images: found row shape %s, expected [1 or 3, height, width]"
                            .formatted(Arrays.toString(shape)));
        }
        if (augmentation.changes() && shape.length != 3) {
            throw new IllegalArgumentException(
                    "Cannot augment rows: found row shape %s, expected [channels, height, width]"
                            .formatted(Arrays.toString(shape)));
        }
        if (train.fraction() != 0) {
            throw new IllegalArgumentException(
                    "Cannot take the training rows: found fraction %s, expected none (fractions are for validation and test)"
                            .formatted(train.fraction()));
        }
        if (validation.fraction() + test.fraction() >= 1) {
            throw new IllegalArgumentException(
                    "Cannot cut the training rows: found fractions %s and %s, expected a sum below 1"
                            .formatted(validation.fraction(), test.fraction()));
        }
    }

    @Override
    public int[] shape() {
        return shape.clone();
    }

    /** Values of one row. */
    int width() {
        int width = 1;
        for (int side : shape) {
            width *= side;
        }
        return width;
    }
}
