package io.halfspace.spark;

import io.halfspace.dl4j.Values;
import java.util.Arrays;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Median time of a forward pass on the driver.
 *
 * @param one milliseconds for one example
 * @param batch milliseconds for a batch
 * @param batchRows examples in that batch
 */
record Latency(double one, double batch, int batchRows) {
    private static final int WARM_UP = 5;
    private static final int TIMED = 15;

    /** Times a network on real examples; {@code probe} is not modified. */
    static Latency of(ComputationGraph network, Values probe) {
        INDArray all = probe.toArray();
        try (INDArray first = all.get(NDArrayIndex.interval(0, 1)).dup('c')) {
            return new Latency(median(network, first), median(network, all), probe.shape()[0]);
        } finally {
            all.close();
        }
    }

    private static double median(ComputationGraph network, INDArray features) {
        double[] millis = new double[TIMED];
        for (int i = -WARM_UP; i < TIMED; i++) {
            long start = System.nanoTime();
            network.outputSingle(false, features);
            if (i >= 0) {
                millis[i] = (System.nanoTime() - start) / 1e6;
            }
        }
        Arrays.sort(millis);
        return millis[TIMED / 2];
    }
}
