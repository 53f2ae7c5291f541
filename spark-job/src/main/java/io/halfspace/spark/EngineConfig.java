package io.halfspace.spark;

import io.halfspace.torch.Precision;

/**
 * What a job file asks of the gradient engine.
 *
 * @param engine which one computes
 * @param device where it computes
 * @param precision how exactly it computes products
 */
record EngineConfig(Name engine, Where device, Precision precision) {
    /** Engines; {@link #AUTO} takes libtorch where it can compute the whole network. */
    enum Name {
        AUTO,
        DL4J,
        TORCH
    }

    /** Devices; {@link #AUTO} takes GPUs where Spark gives them to tasks, or where a local run sees one. */
    enum Where {
        AUTO,
        CPU,
        GPU
    }

    static EngineConfig read(ConfigSection root) {
        EngineConfig config = new EngineConfig(
                root.choice("engine", Name.AUTO, Name.class),
                root.choice("device", Where.AUTO, Where.class),
                root.choice("precision", Precision.FLOAT32, Precision.class));
        if (config.engine == Name.DL4J && config.device == Where.GPU) {
            root.fault("device", "found gpu with engine dl4j, which computes on CPUs only, expected engine torch");
        }
        if (config.engine == Name.DL4J && config.precision != Precision.FLOAT32) {
            root.fault(
                    "precision",
                    "found %s with engine dl4j, which knows float32 only, expected engine torch"
                            .formatted(ConfigSection.word(config.precision)));
        } else if (config.device == Where.CPU && config.precision == Precision.TF32) {
            root.fault("precision", "found tf32 with device cpu, but only GPUs have it, expected float32 or bf16");
        }
        return config;
    }

    /** Whether the job file names another engine, device or precision than these. */
    boolean contradicts(EngineSpec spec) {
        return engine != Name.AUTO && (engine == Name.TORCH) != spec.torch()
                || device != Where.AUTO && (device == Where.GPU) != spec.gpu()
                || precision != spec.precision();
    }

    /** Whether the user insists on libtorch, so that falling back would not be what was asked for. */
    boolean insists() {
        return engine == Name.TORCH || device == Where.GPU || precision != Precision.FLOAT32;
    }
}
