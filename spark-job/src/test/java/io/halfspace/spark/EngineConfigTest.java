package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.halfspace.torch.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EngineConfigTest {
    @Test
    void nothingSet_isAutomatic() {
        EngineConfig config = read(Map.of());

        assertThat(config)
                .isEqualTo(new EngineConfig(EngineConfig.Name.AUTO, EngineConfig.Where.AUTO, Precision.FLOAT32));
        assertThat(config.insists()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"engine,torch", "device,gpu", "precision,bf16", "precision,tf32"})
    void whoeverNamesWhatOnlyLibtorchHas_insistsOnIt(String key, String value) {
        assertThat(read(Map.of(key, value)).insists()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "dl4j|gpu|float32|device: found gpu with engine dl4j",
                "dl4j|auto|bf16|precision: found bf16 with engine dl4j",
                "torch|cpu|tf32|precision: found tf32 with device cpu",
                "caffe|auto|float32|engine: found caffe, expected one of auto, dl4j, torch",
                "auto|tpu|float32|device: found tpu, expected one of auto, cpu, gpu",
                "auto|auto|int8|precision: found int8, expected one of float32, tf32, bf16"
            })
    void whatCannotGoTogether_isAFault(String engine, String device, String precision, String fault) {
        List<String> faults = new ArrayList<>();
        EngineConfig.read(
                new ConfigSection(Map.of("engine", engine, "device", device, "precision", precision), faults));

        assertThat(faults).singleElement().asString().startsWith(fault);
    }

    private static EngineConfig read(Map<String, Object> values) {
        List<String> faults = new ArrayList<>();
        EngineConfig config = EngineConfig.read(new ConfigSection(values, faults));
        assertThat(faults).isEmpty();
        return config;
    }
}
