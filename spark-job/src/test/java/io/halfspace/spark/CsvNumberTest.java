package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvNumberTest {
    private static float parse(String text) {
        byte[] line = ("x," + text + ",y").getBytes(StandardCharsets.US_ASCII);
        return CsvNumber.parse(line, 2, line.length - 2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-0",
                "7",
                "-12",
                "123456",
                "1234567",
                "16777217",
                "0.1",
                "-0.000001",
                ".5",
                "5.",
                "-.5",
                "1e-3",
                "3.4028235e38",
                "1.17549435E-38",
                "NaN",
                "-Infinity",
                "0.30000001192",
                "999999.9",
                "12345678901234567890"
            })
    void isWhatTheJdkReads(String text) {
        assertThat(parse(text)).isEqualTo((Float) Float.parseFloat(text));
    }

    @Test
    void isWhatTheJdkReadsForRandomDecimals() {
        Random random = new Random(3);
        for (int i = 0; i < 20_000; i++) {
            String text = "%.{0}f"
                    .replace("{0}", "" + random.nextInt(7))
                    .formatted(random.nextGaussian() * Math.pow(10, random.nextInt(5)));
            assertThat(parse(text)).as(text).isEqualTo(Float.parseFloat(text));
        }
    }

    @Test
    void blanksAndQuotesAreNoPartOfTheNumber() {
        assertThat(parse(" \"1.5\"\r")).isEqualTo(1.5f);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "-", ".", "-.", "1.2.3", "1-2", "a", "--1", "1 2"})
    void allElseIsRefused(String text) {
        assertThatThrownBy(() -> parse(text)).isInstanceOf(NumberFormatException.class);
    }
}
