package io.halfspace.spark;

/** How the rows of a data set are stored. */
public enum DataFormat {
    /** One file of features and one of labels, as MNIST has them; plain or {@code .gz}. */
    IDX,
    /** Comma-separated numbers, one row a line; a file or a folder of files, plain or {@code .gz}. */
    CSV,
    /** Images named {@code CLASS/NAME.jpg} (also png, bmp, gif) in a folder or in a tar file, plain or compressed. */
    IMAGES,
    /** A column of features and one of labels. */
    PARQUET
}
