package io.halfspace.spark;

import io.halfspace.graph.NetworkCost;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/**
 * The memory that a run needs, computed from sizes before it trains, and compared with what its processes may take.
 *
 * <p>What is needed <em>at least</em> are arrays that certainly are there at the same time: with less a run is refused. What is
 * needed <em>usually</em> is an estimate with copies, serialised forms and activations in it: with less a run is warned of.
 *
 * @param parameters length of the parameter vector
 * @param activations values that all layers give for one example
 * @param rowsPerShard examples of a shard in a step
 * @param width values of an example
 * @param shards logical shards
 * @param tasks that run on an executor at once
 * @param spec the engine
 * @param local whether driver and executor are one process
 * @param planned what the cluster's manager lets an executor take in all; {@link Long#MAX_VALUE} if it does not look
 */
record MemoryPlan(
        long parameters,
        long activations,
        int rowsPerShard,
        int width,
        int shards,
        int tasks,
        EngineSpec spec,
        boolean local,
        long planned) {
    private static final long MEGABYTE = 1L << 20;
    /** What Spark, Deeplearning4j and the job itself keep on the heap, seen in small runs. */
    private static final long SPARK_HEAP = 150 * MEGABYTE;
    /** Code, threads, classes and libraries of a process that computes. */
    private static final long JVM = 400 * MEGABYTE;

    /**
     * Bytes on the heap and outside.
     *
     * @param heap in Java arrays
     * @param nd4j in arrays of ND4J, which JavaCPP counts
     * @param torch in arrays of libtorch, which nobody counts but the system
     */
    record Need(long heap, long nd4j, long torch) {
        /** Of two that take turns on the heap of one process, and both keep their native arrays. */
        Need inTurnWith(Need other) {
            return new Need(Math.max(heap, other.heap), nd4j + other.nd4j, torch + other.torch);
        }

        Need plus(Need other) {
            return new Need(heap + other.heap, nd4j + other.nd4j, torch + other.torch);
        }
    }

    /** The plan of a job for a network. */
    static MemoryPlan of(JobConfig config, NetworkCost cost, EngineSpec spec, JavaSparkContext context) {
        SparkConf spark = context.getConf();
        String master = spark.get("spark.master", "");
        boolean local = master.matches("local(\\[.*)?");
        int threads = Math.max(1, spark.getInt("spark.task.cpus", 1));
        int cores = local ? context.defaultParallelism() : spark.getInt("spark.executor.cores", 1);
        return new MemoryPlan(
                cost.parameters() + cost.statistics(),
                cost.activations(),
                Shard.rowsPerStep(config.training().batch(), config.shards()),
                config.data().width(),
                config.shards(),
                Math.max(1, Math.min(config.shards(), cores / threads)),
                spec,
                local,
                master.startsWith("yarn") || master.startsWith("k8s") ? container(spark) : Long.MAX_VALUE);
    }

    /** What certainly is there at once on the driver: parameters, their sum of gradients, and a gradient of each shard. */
    Need driverAtLeast() {
        return new Need(4 * parameters * (shards + 2L), 4 * parameters * 2, 0);
    }

    /** The same with gradients as they arrive, the broadcast, updates, the optimiser's memory and copies of the network. */
    Need driverUsually() {
        return new Need(SPARK_HEAP + 4 * parameters * (2L * shards + 8), 4 * parameters * 8, 0);
    }

    /**
     * What certainly is there at once on an executor whose tasks compute: parameters as they came, for each task a gradient to
     * be sent, and an engine's own parameters and gradient.
     */
    Need executorAtLeast() {
        long network = 4 * parameters * 2 * tasks;
        return new Need(
                4 * parameters * (1L + tasks) + onHeap(network),
                spec.torch() ? 0 : network,
                spec.torch() && !spec.gpu() ? network : 0);
    }

    /**
     * The same with parameters and gradients as they travel, minibatches, and activations with their gradients.
     *
     * @param packed bytes of the rows that it keeps
     */
    Need executorUsually(long packed) {
        long batch = 4L * rowsPerShard * width;
        long heap = SPARK_HEAP
                + packed
                + 4 * parameters * 2
                + tasks * (4 * parameters * 2 + batch)
                + onHeap(4 * parameters * 2 * tasks);
        long outside = tasks * (4 * parameters * 2 + batch + 4 * activations * rowsPerShard * 2);
        return new Need(heap, spec.torch() ? 0 : outside, spec.torch() && !spec.gpu() ? outside : 0);
    }

    /** Deeplearning4j's engine has parameters and gradient in arrays of Java besides its own. */
    private long onHeap(long buffers) {
        return spec.torch() ? 0 : buffers;
    }

    /**
     * Compares with what the driver may take; to be called before rows are read. In a local run the driver is the executor too.
     *
     * @return warnings, a clause each
     * @throws JobException exit code 2 if the job cannot run in it
     */
    List<String> checkDriver(ProcessMemory driver) {
        Need least = local ? driverAtLeast().inTurnWith(executorAtLeast()) : driverAtLeast();
        Need usual = local ? driverUsually().plus(executorUsually(0)) : driverUsually();
        return check(
                driver,
                least,
                usual,
                "spark.driver.memory (HALFSPACE_HEAP)",
                "-Dorg.bytedeco.javacpp.maxbytes (HALFSPACE_OFF_HEAP)",
                "spark.driver.memoryOverhead or the container's limit");
    }

    /**
     * Asks the executors that keep the shards what they may take, and compares; in a local run the driver has answered already.
     *
     * @return warnings, a clause each
     * @throws JobException exit code 2 if the job cannot run in it
     */
    List<String> checkExecutors(JavaRDD<Shard> rows) {
        if (local) {
            return List.of();
        }
        Awaited.shards(JavaSparkContext.fromSparkContext(rows.context()), "the executors' limits of memory");
        Map<String, ProcessMemory> executors = new TreeMap<>();
        Map<String, Long> packed = new TreeMap<>();
        rows.map(shard -> new Tuple2<>(ProcessMemory.here(), shard.bytesInMemory()))
                .collect()
                .forEach(answer -> {
                    executors.put(answer._1.process(), answer._1);
                    packed.merge(answer._1.process(), answer._2, Long::sum);
                });
        return executors.values().stream()
                .flatMap(executor -> checkExecutor(executor, packed.get(executor.process())).stream())
                .toList();
    }

    /**
     * Compares with what an executor may take.
     *
     * @param packed bytes of the rows that it keeps
     * @return warnings, a clause each
     * @throws JobException exit code 2 if the job cannot run in it
     */
    List<String> checkExecutor(ProcessMemory executor, long packed) {
        return check(
                executor.within(planned),
                executorAtLeast(),
                executorUsually(packed),
                "spark.executor.memory",
                "-Dorg.bytedeco.javacpp.maxbytes in spark.executor.extraJavaOptions",
                "spark.executor.memoryOverhead or the container's limit");
    }

    private List<String> check(
            ProcessMemory process, Need least, Need usual, String heapKey, String nativeKey, String containerKey) {
        refuse(process, "Java heap", process.heap(), least.heap, usual.heap, heapKey);
        refuse(process, "memory for native arrays", limit(process.natives()), least.nd4j, usual.nd4j, nativeKey);
        long leastInAll = least.heap + least.nd4j + least.torch;
        long usualInAll = process.heap() + usual.nd4j + usual.torch + JVM;
        refuse(process, "memory in all", process.container(), leastInAll, usualInAll, containerKey);
        List<String> warnings = new ArrayList<>();
        warn(warnings, process, "Java heap", process.heap(), usual.heap, heapKey);
        warn(warnings, process, "memory for native arrays", limit(process.natives()), usual.nd4j, nativeKey);
        warn(
                warnings,
                process,
                "memory in all (with a heap of up to %s)".formatted(size(process.heap())),
                process.container(),
                usualInAll,
                "%s, or a smaller %s".formatted(containerKey, heapKey));
        return warnings;
    }

    private void refuse(ProcessMemory process, String what, long found, long least, long usual, String key) {
        if (found < least) {
            throw new JobException(
                    ExitCode.CONFIGURATION,
                    "Cannot train in the memory of %s: found %s of %s, expected at least %s for %,d parameters in %d shards; set %s to %s, or use fewer spark.shards"
                            .formatted(
                                    process.process(),
                                    size(found),
                                    what,
                                    size(least),
                                    parameters,
                                    shards,
                                    key,
                                    size(usual)));
        }
    }

    private static void warn(
            List<String> warnings, ProcessMemory process, String what, long found, long usual, String key) {
        if (found < usual) {
            warnings.add("%s may run out of memory: it has %s of %s, and this job usually takes %s; set %s"
                    .formatted(process.process(), size(found), what, size(usual), key));
        }
    }

    private static long limit(long natives) {
        return natives <= 0 ? Long.MAX_VALUE : natives;
    }

    /** What YARN and Kubernetes let an executor take: its heap and what is planned beside it. */
    private static long container(SparkConf spark) {
        long heap = spark.getSizeAsMb("spark.executor.memory", "1g");
        long overhead = spark.contains("spark.executor.memoryOverhead")
                ? spark.getSizeAsMb("spark.executor.memoryOverhead")
                : Math.max(384, (long) (heap * spark.getDouble("spark.executor.memoryOverheadFactor", 0.1)));
        return (heap + overhead) * MEGABYTE;
    }

    private static String size(long bytes) {
        return bytes < 1024 * MEGABYTE
                ? "%d MB".formatted((bytes + MEGABYTE - 1) / MEGABYTE)
                : String.format(Locale.ROOT, "%.1f GB", bytes / (1024.0 * MEGABYTE));
    }
}
