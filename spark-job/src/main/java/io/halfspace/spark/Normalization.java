package io.halfspace.spark;

/** What is done to a value before the network sees it; fitted on the training rows only. */
public enum Normalization {
    NONE,
    /** To 0..1: bytes by 1/255, other values by the smallest and largest one seen. */
    SCALE,
    /** To mean 0 and standard deviation 1: per channel for images, per feature for vectors. */
    STANDARDIZE
}
