package io.halfspace.torch;

/** How exactly products are computed. Parameters, gradients and sums of a batch stay in single precision with all of them. */
public enum Precision {
    /** Single precision throughout. */
    FLOAT32,
    /** Products of single-precision values from 10 bits of mantissa each; NVIDIA GPUs from compute capability 8.0. */
    TF32,
    /** Products in bfloat16 (8 bits of mantissa), as libtorch's automatic mixed precision chooses them. */
    BF16
}
