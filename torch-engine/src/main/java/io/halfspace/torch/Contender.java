package io.halfspace.torch;

import io.halfspace.dl4j.Batch;
import io.halfspace.dl4j.Dl4jGradientEngine;
import io.halfspace.dl4j.GradientEngine;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** Something whose time for a network is measured; opened anew for every network. */
interface Contender {
    ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** What the table calls it. */
    String name();

    /** Prepares runs on a network. */
    Runs open(BenchmarkNetwork network, int rows);

    /**
     * What one run took, in milliseconds; NaN if it cannot be done.
     *
     * @param clock from beginning to end
     * @param processor of the calling thread alone, which other work on the machine hardly changes
     */
    record Time(double clock, double processor) {}

    /** Runs on one network. */
    interface Runs extends AutoCloseable {
        /** Runs one gradient, or one forward pass in inference mode. */
        Time time(boolean gradient);

        /** Whether it becomes faster over hundreds of runs, as what a JVM compiles on the way. */
        boolean warmsUp();

        @Override
        void close();
    }

    /** Deeplearning4j on the CPU. */
    static Contender dl4j() {
        return engine("dl4j", Dl4jGradientEngine::new);
    }

    /** libtorch through this module. */
    static Contender torch(TorchDevice device, int threads) {
        return engine("torch " + label(device), json -> new TorchGradientEngine(json, device, threads));
    }

    /** PyTorch from Python. */
    static Contender pytorch(PyTorchProcess process, TorchDevice device) {
        return new Contender() {
            @Override
            public String name() {
                return "pytorch " + label(device);
            }

            @Override
            public Runs open(BenchmarkNetwork network, int rows) {
                return new Runs() {
                    @Override
                    public Time time(boolean gradient) {
                        String where = device.gpu().isPresent() ? "cuda" : "cpu";
                        return process.time(
                                network.name(), gradient ? "gradient" : "forward", where, device.precision(), rows);
                    }

                    @Override
                    public boolean warmsUp() {
                        return false;
                    }

                    @Override
                    public void close() {}
                };
            }
        };
    }

    private static String label(TorchDevice device) {
        String where = device.gpu().isPresent() ? "gpu" : "cpu";
        return device.precision() == Precision.FLOAT32
                ? where
                : where + " " + device.precision().name().toLowerCase(Locale.ROOT);
    }

    private static Contender engine(String name, Function<String, GradientEngine> opener) {
        return new Contender() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Runs open(BenchmarkNetwork network, int rows) {
                GradientEngine engine = opener.apply(network.configurationJson());
                Batch batch = network.batch(rows);
                engine.set(network.parameters());
                return new Runs() {
                    private Optional<GradientEngine.Inference> inference = Optional.empty();

                    @Override
                    public Time time(boolean gradients) {
                        if (gradients) {
                            inference = Optional.empty();
                        } else if (inference.isEmpty()) {
                            inference = Optional.of(engine.inference());
                        }
                        long start = System.nanoTime();
                        long worked = THREADS.getCurrentThreadCpuTime();
                        if (gradients) {
                            engine.differentiate(batch, 1);
                        } else {
                            inference.get().outputs(batch);
                        }
                        return new Time(
                                (System.nanoTime() - start) / 1e6, (THREADS.getCurrentThreadCpuTime() - worked) / 1e6);
                    }

                    @Override
                    public boolean warmsUp() {
                        return true;
                    }

                    @Override
                    public void close() {
                        engine.close();
                    }
                };
            }
        };
    }
}
