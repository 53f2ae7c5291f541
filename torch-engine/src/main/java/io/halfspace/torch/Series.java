package io.halfspace.torch;

import org.bytedeco.pytorch.Tensor;
import org.deeplearning4j.nn.conf.RNNFormat;

/**
 * Time series and their steps one below the other: Deeplearning4j's rows, all examples of the first step first.
 *
 * <p>Series are {@code [rows, channels, steps]} (NCW) or {@code [rows, steps, channels]} (NWC).
 */
final class Series {
    private Series() {}

    /** Steps outermost: {@code [steps, rows, channels]}, a view. */
    static Tensor stepsFirst(Tensor series, RNNFormat format) {
        return format == RNNFormat.NWC ? series.permute(1, 0, 2) : series.permute(2, 0, 1);
    }

    /** From {@code [steps, rows, channels]}, a view. */
    static Tensor fromStepsFirst(Tensor steps, RNNFormat format) {
        return format == RNNFormat.NWC ? steps.permute(1, 0, 2) : steps.permute(1, 2, 0);
    }

    /** {@code [steps * rows, channels]}. */
    static Tensor rows(Tensor series, RNNFormat format) {
        Tensor steps = stepsFirst(series, format);
        return steps.reshape(steps.size(0) * steps.size(1), steps.size(2));
    }

    /** The series of {@code [steps * rows, channels]}. */
    static Tensor fromRows(Tensor rows, long examples, RNNFormat format) {
        Tensor steps = rows.reshape(rows.size(0) / examples, examples, rows.size(1));
        return fromStepsFirst(steps, format);
    }

    /** {@code [rows, steps]} to {@code [steps * rows, 1]}. */
    static Tensor maskRows(Tensor mask) {
        return mask.t().reshape(mask.numel(), 1);
    }

    /** A vector of one value a step and row to {@code [rows, steps]}. */
    static Tensor maskFromRows(Tensor rows, long examples) {
        return rows.reshape(rows.numel() / examples, examples).t();
    }

    /** A mask {@code [rows, steps]} in the shape that multiplies a series. */
    static Tensor maskAlong(Tensor mask, RNNFormat format) {
        return mask.unsqueeze(format == RNNFormat.NWC ? 2 : 1);
    }
}
