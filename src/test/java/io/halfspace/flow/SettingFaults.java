package io.halfspace.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Surroundings that differ from those of the run that nothing happened to. */
final class SettingFaults {
    private static final String CACHE = "-Dorg.bytedeco.javacpp.cachedir=";

    private SettingFaults() {}

    static void speculation(FaultRun run) throws Exception {
        // Spark starts no copy of a task on the same host: two workers under two names of this machine.
        try (StandaloneCluster cluster = new StandaloneCluster(run.local("cluster"), "localhost", "127.0.0.1")) {
            run.set("spark.master", cluster.master())
                    .spark("spark.executor.memory", "1g")
                    .spark("spark.speculation", "true")
                    .spark("spark.speculation.interval", "50ms")
                    .spark("spark.speculation.minTaskRuntime", "200ms")
                    .faulty(FaultyExecutor.Kind.WAIT, FaultyExecutor.GRADIENT, 15, 3, 3000)
                    .ends(0);
        }
        assertThat(run.seen("speculative-task")).isPositive();
    }

    static void dynamicAllocation(FaultRun run) throws Exception {
        run.spark("spark.dynamicAllocation.enabled", "true")
                .spark("spark.dynamicAllocation.shuffleTracking.enabled", "true")
                .spark("spark.dynamicAllocation.minExecutors", "1")
                .spark("spark.dynamicAllocation.initialExecutors", "1")
                .spark("spark.dynamicAllocation.maxExecutors", "2")
                .spark("spark.dynamicAllocation.schedulerBacklogTimeout", "1s")
                .spark("spark.dynamicAllocation.executorIdleTimeout", "1s")
                .spark("spark.dynamicAllocation.cachedExecutorIdleTimeout", "1s")
                .spark("spark.dynamicAllocation.shuffleTracking.timeout", "1s")
                // Tasks that wait hold up the others: a second executor comes, has nothing to do and leaves.
                .faulty(FaultyExecutor.Kind.WAIT, FaultyExecutor.GRADIENT, 20, 4, 6000)
                .ends(0);
        assertThat(run.seen("executor-added")).isGreaterThanOrEqualTo(2);
        assertThat(run.seen("executor-lost")).isPositive();
    }

    static void kryo(FaultRun run) throws Exception {
        run.spark("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
                .ends(0);
    }

    static void oneSlot(FaultRun run) throws Exception {
        run.set("spark.master", "local-cluster[1,1,1024]").ends(0);
    }

    static void missingCache(FaultRun run) throws Exception {
        Path cache = run.local("not/there/yet");
        run.driverFlag(CACHE + cache).ends(0);
        assertThat(cache).isNotEmptyDirectory();
    }

    static void unwritableCache(FaultRun run) throws Exception {
        // Not even the superuser can make a folder there.
        run.driverFlag(CACHE + "/proc/halfspace")
                .executorFlag(CACHE + "/proc/halfspace")
                .ends(0);
    }

    static void clock(FaultRun run) throws Exception {
        Optional<Path> library = Stream.of("x86_64-linux-gnu", "aarch64-linux-gnu", ".")
                .map(place -> Path.of("/usr/lib", place, "faketime/libfaketimeMT.so.1"))
                .filter(Files::exists)
                .findFirst();
        Path shift = run.local("clock");
        Files.writeString(shift, "+0");
        library.ifPresentOrElse(
                preloaded -> run.environment("LD_PRELOAD", preloaded.toString())
                        .environment("FAKETIME_TIMESTAMP_FILE", shift.toString())
                        .environment("FAKETIME_CACHE_DURATION", "1")
                        .environment("FAKETIME_DONT_FAKE_MONOTONIC", "1")
                        // Its other way of waiting on a monotonic clock keeps a core busy with glibc 2.36.
                        .environment("FAKETIME_FORCE_MONOTONIC_FIX", "0"),
                () -> System.out.println("clock jumps: no libfaketime here, only the times of files change"));
        Process driver = run.faulty(FaultyExecutor.Kind.FREEZE, FaultyExecutor.GRADIENT, 0, Integer.MAX_VALUE, 100)
                .start();
        run.awaitSteps(driver, 8);
        Files.writeString(shift, "+3600");
        run.awaitSteps(driver, 20);
        Files.writeString(shift, "-7200");
        run.awaitSteps(driver, 32);

        driver.destroyForcibly().waitFor();

        run.hdfs().age(run.folder(), -TimeUnit.DAYS.toMillis(2));
        Files.writeString(shift, "-259200");
        run.ends(0);
        run.wentOn();
    }
}
