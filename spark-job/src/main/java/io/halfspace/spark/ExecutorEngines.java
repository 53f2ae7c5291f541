package io.halfspace.spark;

import io.halfspace.dl4j.Dl4jGradientEngine;
import io.halfspace.dl4j.GradientEngine;
import io.halfspace.torch.TorchDevice;
import io.halfspace.torch.TorchGradientEngine;
import java.lang.ref.WeakReference;
import java.util.Iterator;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * The gradient engines of one executor process, kept from step to step.
 *
 * <p>Each engine lives on a thread of its own: Spark moves tasks between threads, but ND4J's workspaces and random numbers
 * belong to threads, and would be allocated once for each. There are as many engines as tasks ever ran at once.
 */
final class ExecutorEngines {
    /**
     * What an idle engine can be used for.
     *
     * @param network key of the network within the run
     * @param gpu ordinal of its GPU; 0 for the CPU
     */
    private record Key(String network, EngineSpec spec, int gpu) {}

    private static final Map<Key, Queue<Resident>> IDLE = new ConcurrentHashMap<>();

    private ExecutorEngines() {}

    /**
     * Runs work on an engine for the given network, opening one if none is idle.
     *
     * @param spec which engine, as the driver chose it
     * @param network key of the network within the run; engines of other networks are closed when idle
     * @param parameters that the engine has when work begins
     * @throws JobException exit code 5 if the chosen engine cannot be opened in this process
     */
    static <T> T with(
            EngineSpec spec,
            String network,
            String configurationJson,
            PackedFloats parameters,
            Function<GradientEngine, T> work) {
        closeOthers(network);
        Key key = new Key(network, spec, spec.gpu() ? TaskGpu.ordinal() : 0);
        Queue<Resident> idle = IDLE.get(key);
        Resident resident = idle == null ? null : idle.poll();
        if (resident == null) {
            resident = new Resident(key, configurationJson);
        }
        try {
            T result = resident.run(parameters, work);
            keep(key, resident);
            return result;
        } catch (RuntimeException e) {
            resident.close();
            throw e;
        }
    }

    /** Opens an engine on the calling thread, which has to be the one that uses it. */
    static GradientEngine open(EngineSpec spec, int gpu, String configurationJson) {
        if (!spec.torch()) {
            return new Dl4jGradientEngine(configurationJson);
        }
        TorchDevice device = new TorchDevice(spec.gpu() ? OptionalInt.of(gpu) : OptionalInt.empty(), spec.precision());
        device.problem().ifPresent(clause -> {
            throw new JobException(
                    ExitCode.UNSUPPORTED_MODEL,
                    "Cannot use engine torch on %s of host %s: %s".formatted(device, ExecutorNatives.host(), clause));
        });
        return new TorchGradientEngine(configurationJson, device, spec.threads());
    }

    /** At once with {@link #closeOthers} of another run, which takes the queue out of the map before it empties it. */
    private static void keep(Key key, Resident resident) {
        IDLE.compute(key, (same, idle) -> {
            Queue<Resident> queue = idle == null ? new ConcurrentLinkedQueue<>() : idle;
            queue.add(resident);
            return queue;
        });
    }

    private static void closeOthers(String network) {
        for (Iterator<Map.Entry<Key, Queue<Resident>>> all = IDLE.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<Key, Queue<Resident>> entry = all.next();
            if (!entry.getKey().network.equals(network)) {
                all.remove();
                for (Resident old = entry.getValue().poll();
                        old != null;
                        old = entry.getValue().poll()) {
                    old.close();
                }
            }
        }
    }

    private static final class Resident {
        private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
            Thread created = new Thread(task, "halfspace-engine");
            created.setDaemon(true);
            return created;
        });
        private final GradientEngine engine;
        /** What the engine's parameters were copied from: several shards of a step take the same. */
        private WeakReference<PackedFloats> held = new WeakReference<>(null);

        Resident(Key key, String configurationJson) {
            ExecutorNatives.prepare();
            try {
                engine = call(() -> open(key.spec, key.gpu, configurationJson));
            } catch (RuntimeException e) {
                thread.shutdown();
                throw e;
            }
        }

        <T> T run(PackedFloats parameters, Function<GradientEngine, T> work) {
            return call(() -> {
                if (held.get() != parameters) {
                    parameters.copyTo(engine.parameters());
                    held = new WeakReference<>(parameters);
                }
                return work.apply(engine);
            });
        }

        void close() {
            thread.execute(engine::close);
            thread.shutdown();
        }

        private <T> T call(Callable<T> work) {
            try {
                return thread.submit(work).get();
            } catch (ExecutionException e) {
                throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while an engine was working", e);
            }
        }
    }
}
