package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TaskGpuTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0|0,1|0",
                "1|0,1|1",
                "3|2,3|1",
                "2|3,2|1",
                "GPU-8932f937-d72c|GPU-1a,GPU-8932f937-d72c|1",
                "GPU-8932f937-d72c|GPU-8932|0",
                "7| 5 , 7 |1"
            })
    void visibleGpu_isCountedAmongTheVisibleOnes(String address, String visible, int ordinal) {
        assertThat(TaskGpu.ordinal(address, visible)).isEqualTo(ordinal);
    }

    @Test
    void withoutTheVariable_indicesAreOrdinals() {
        assertThat(TaskGpu.ordinal("3", null)).isEqualTo(3);
        assertThatThrownBy(() -> TaskGpu.ordinal("GPU-8932", null))
                .isInstanceOf(JobException.class)
                .hasMessageContaining("Cannot use GPU 'GPU-8932'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"2|0,1", "1|''", "1|10,11", "GPU-1|GPU-10"})
    void hiddenGpu_isAFault(String address, String visible) {
        assertThatThrownBy(() -> TaskGpu.ordinal(address, visible))
                .isInstanceOfSatisfying(
                        JobException.class,
                        fault -> assertThat(fault.exitCode()).isEqualTo(ExitCode.UNSUPPORTED_MODEL))
                .hasMessageContaining("Cannot use GPU '%s'".formatted(address))
                .hasMessageContaining("CUDA_VISIBLE_DEVICES is '%s'".formatted(visible));
    }
}
