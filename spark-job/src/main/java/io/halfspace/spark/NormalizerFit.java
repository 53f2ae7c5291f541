package io.halfspace.spark;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;

/**
 * Fits a {@link Normalizer} to the training shards. Each shard sums in double, the driver combines in the order of the
 * shards: the result depends on the number of shards, never on the cluster.
 */
final class NormalizerFit {
    private NormalizerFit() {}

    static Normalizer fit(JavaRDD<Shard> train, Normalization kind, int channels, boolean bytes) {
        return switch (kind) {
            case NONE -> Normalizer.none(channels);
            case SCALE ->
                bytes
                        ? Normalizer.uniform(Normalization.SCALE, channels, 255)
                        : scale(train.map(shard -> extremes(shard, channels)).collect(), channels);
            case STANDARDIZE ->
                standardize(train.map(shard -> moments(shard, channels)).collect(), channels);
        };
    }

    /** Smallest value of each channel, then largest. */
    static double[] extremes(Shard shard, int channels) {
        double[] found = new double[2 * channels];
        Arrays.fill(found, 0, channels, Double.POSITIVE_INFINITY);
        Arrays.fill(found, channels, 2 * channels, Double.NEGATIVE_INFINITY);
        int plane = shard.width() / channels;
        for (int row = 0; row < shard.rows(); row++) {
            for (int i = 0; i < shard.width(); i++) {
                float value = shard.raw(row, i);
                int c = i / plane;
                found[c] = Math.min(found[c], value);
                found[channels + c] = Math.max(found[channels + c], value);
            }
        }
        return found;
    }

    private static Normalizer scale(List<double[]> shards, int channels) {
        float[] offset = new float[channels];
        float[] scale = new float[channels];
        for (int c = 0; c < channels; c++) {
            double smallest = Double.POSITIVE_INFINITY;
            double largest = Double.NEGATIVE_INFINITY;
            for (double[] shard : shards) {
                smallest = Math.min(smallest, shard[c]);
                largest = Math.max(largest, shard[channels + c]);
            }
            offset[c] = (float) smallest;
            scale[c] = scaleOf(largest - smallest);
        }
        return new Normalizer(Normalization.SCALE, offset, scale);
    }

    /** Number of values, then mean of each channel, then sum of squared distances to it. Two passes: no cancellation. */
    static double[] moments(Shard shard, int channels) {
        int plane = shard.width() / channels;
        double count = (double) shard.rows() * plane;
        double[] found = new double[1 + 2 * channels];
        found[0] = count;
        for (int row = 0; row < shard.rows(); row++) {
            for (int i = 0; i < shard.width(); i++) {
                found[1 + i / plane] += shard.raw(row, i);
            }
        }
        for (int c = 0; c < channels; c++) {
            found[1 + c] = count == 0 ? 0 : found[1 + c] / count;
        }
        for (int row = 0; row < shard.rows(); row++) {
            for (int i = 0; i < shard.width(); i++) {
                double distance = shard.raw(row, i) - found[1 + i / plane];
                found[1 + channels + i / plane] += distance * distance;
            }
        }
        return found;
    }

    /** Combines as in Chan, Golub and LeVeque (1979). */
    private static Normalizer standardize(List<double[]> shards, int channels) {
        float[] offset = new float[channels];
        float[] scale = new float[channels];
        for (int c = 0; c < channels; c++) {
            double count = 0;
            double mean = 0;
            double squares = 0;
            for (double[] shard : shards) {
                double total = count + shard[0];
                if (shard[0] > 0) {
                    double distance = shard[1 + c] - mean;
                    mean += distance * (shard[0] / total);
                    squares += shard[1 + channels + c] + distance * distance * (count * shard[0] / total);
                    count = total;
                }
            }
            offset[c] = (float) mean;
            scale[c] = scaleOf(Math.sqrt(squares / count));
        }
        return new Normalizer(Normalization.STANDARDIZE, offset, scale);
    }

    /** A constant feature keeps its unit. */
    private static float scaleOf(double spread) {
        float scale = (float) spread;
        return scale > Float.MIN_NORMAL && Float.isFinite(scale) ? scale : 1;
    }
}
