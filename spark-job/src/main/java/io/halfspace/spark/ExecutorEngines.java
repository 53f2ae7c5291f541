package io.halfspace.spark;

import io.halfspace.dl4j.Dl4jGradientEngine;
import io.halfspace.dl4j.GradientEngine;
import io.halfspace.dl4j.NativeAcceleration;
import java.util.Iterator;
import java.util.Map;
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
    private static final Map<String, Queue<Resident>> IDLE = new ConcurrentHashMap<>();

    private ExecutorEngines() {}

    /**
     * Runs work on an engine for the given network, opening one if none is idle.
     *
     * @param network key of the network within the run; engines of other networks are closed when idle
     */
    static <T> T with(String network, String configurationJson, Function<GradientEngine, T> work) {
        closeOthers(network);
        Queue<Resident> idle = IDLE.computeIfAbsent(network, key -> new ConcurrentLinkedQueue<>());
        Resident resident = idle.poll();
        if (resident == null) {
            resident = new Resident(configurationJson);
        }
        try {
            T result = resident.run(work);
            idle.add(resident);
            return result;
        } catch (RuntimeException e) {
            resident.close();
            throw e;
        }
    }

    private static void closeOthers(String network) {
        for (Iterator<Map.Entry<String, Queue<Resident>>> all = IDLE.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<String, Queue<Resident>> entry = all.next();
            if (!entry.getKey().equals(network)) {
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

        Resident(String configurationJson) {
            NativeAcceleration.enable();
            engine = call(() -> new Dl4jGradientEngine(configurationJson));
        }

        <T> T run(Function<GradientEngine, T> work) {
            return call(() -> work.apply(engine));
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
