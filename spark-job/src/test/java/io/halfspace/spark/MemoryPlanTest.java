package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halfspace.torch.Precision;
import org.junit.jupiter.api.Test;

final class MemoryPlanTest {
    private static final long MB = 1L << 20;
    private static final EngineSpec TORCH = new EngineSpec(true, false, Precision.FLOAT32, 1);

    /** A network of 40 MB in 8 shards, with 8 MB of activations an example. */
    private static MemoryPlan plan(EngineSpec spec, boolean local, long planned) {
        return new MemoryPlan(10 * MB, 2 * MB, 4, 1000, 8, 2, spec, local, planned);
    }

    @Test
    void gradientsOfAllShards_mustFitTheDriver() {
        MemoryPlan plan = plan(TORCH, false, Long.MAX_VALUE);

        assertThat(plan.driverAtLeast().heap()).isEqualTo(400 * MB);
        assertThatThrownBy(() -> plan.checkDriver(new ProcessMemory("the driver", 399 * MB, 0, 64_000 * MB)))
                .hasMessage(
                        "Cannot train in the memory of the driver: found 399 MB of Java heap, expected at least 400 MB for 10,485,760 parameters in 8 shards; set spark.driver.memory (HALFSPACE_HEAP) to 1.1 GB, or use fewer spark.shards")
                .isInstanceOfSatisfying(
                        JobException.class, told -> assertThat(told.exitCode()).isEqualTo(ExitCode.CONFIGURATION));
        assertThat(plan.checkDriver(new ProcessMemory("the driver", 401 * MB, 0, 64_000 * MB)))
                .singleElement()
                .asString()
                .contains("it has 401 MB of Java heap, and this job usually takes 1.1 GB", "spark.driver.memory");
        assertThat(plan.checkDriver(new ProcessMemory("the driver", 4000 * MB, 0, 64_000 * MB)))
                .isEmpty();
    }

    @Test
    void containerSmallerThanHeapAndArrays_isWarnedOf_andOneSmallerThanArraysRefused() {
        MemoryPlan plan = plan(TORCH, false, Long.MAX_VALUE);

        assertThat(plan.checkExecutor(new ProcessMemory("executor 1 on host h", 1024 * MB, 0, 1200 * MB), 100 * MB))
                .singleElement()
                .asString()
                .startsWith(
                        "executor 1 on host h may run out of memory: it has 1.2 GB of memory in all (with a heap of up to 1.0 GB)")
                .contains("spark.executor.memoryOverhead");
        assertThatThrownBy(
                        () -> plan.checkExecutor(new ProcessMemory("executor 1 on host h", 1024 * MB, 0, 200 * MB), 0))
                .hasMessageContaining("found 200 MB of memory in all, expected at least 280 MB");
    }

    @Test
    void whatTheManagerOfTheClusterPlans_isALimitToo() {
        ProcessMemory roomy = new ProcessMemory("executor 1 on host h", 1024 * MB, 0, 64_000 * MB);

        assertThat(plan(TORCH, false, Long.MAX_VALUE).checkExecutor(roomy, 0)).isEmpty();
        assertThat(plan(TORCH, false, 1408 * MB).checkExecutor(roomy, 0)).hasSize(1);
    }

    @Test
    void limitOfNativeArrays_countsForDeeplearning4jOnly() {
        ProcessMemory tight = new ProcessMemory("executor 1 on host h", 2048 * MB, 100 * MB, 64_000 * MB);

        assertThat(plan(TORCH, false, Long.MAX_VALUE).checkExecutor(tight, 0)).isEmpty();
        assertThatThrownBy(() -> plan(EngineSpec.DL4J, false, Long.MAX_VALUE).checkExecutor(tight, 0))
                .hasMessageContaining("found 100 MB of memory for native arrays, expected at least 160 MB")
                .hasMessageContaining("org.bytedeco.javacpp.maxbytes");
    }

    @Test
    void localRun_keepsNativeArraysOfBothInOneProcess() {
        MemoryPlan plan = plan(EngineSpec.DL4J, true, Long.MAX_VALUE);

        assertThat(plan.checkDriver(new ProcessMemory("the driver", 8000 * MB, 4000 * MB, 64_000 * MB)))
                .isEmpty();
        assertThatThrownBy(() -> plan.checkDriver(new ProcessMemory("the driver", 8000 * MB, 239 * MB, 64_000 * MB)))
                .hasMessageContaining("expected at least 240 MB");
        assertThatThrownBy(() -> plan.checkDriver(new ProcessMemory("the driver", 399 * MB, 4000 * MB, 64_000 * MB)))
                .hasMessageContaining("expected at least 400 MB");
    }

    @Test
    void limitsOfThisProcess_areThoseOfJavaAndTheSystem() {
        ProcessMemory here = ProcessMemory.here();

        assertThat(here.heap()).isEqualTo(Runtime.getRuntime().maxMemory());
        assertThat(here.container()).isGreaterThan(here.heap() / 2);
        assertThat(here.within(5 * MB).container()).isEqualTo(5 * MB);
    }
}
