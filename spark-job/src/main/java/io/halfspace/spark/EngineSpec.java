package io.halfspace.spark;

import io.halfspace.torch.Precision;
import java.io.Serializable;

/**
 * The engine of a run, as the driver chose it: the same on every executor, whatever these would have chosen. Travels with
 * every task.
 *
 * @param torch whether libtorch computes; else Deeplearning4j
 * @param gpu whether it computes on GPUs
 * @param precision how exactly products are computed
 * @param threads native threads of an engine: {@code spark.task.cpus}
 */
record EngineSpec(boolean torch, boolean gpu, Precision precision, int threads) implements Serializable {
    /** Deeplearning4j on one thread. */
    static final EngineSpec DL4J = new EngineSpec(false, false, Precision.FLOAT32, 1);

    /** Name of the engine as the job file spells it. */
    String engine() {
        return torch ? "torch" : "dl4j";
    }

    /** Name of the device as the job file spells it. */
    String device() {
        return gpu ? "gpu" : "cpu";
    }
}
