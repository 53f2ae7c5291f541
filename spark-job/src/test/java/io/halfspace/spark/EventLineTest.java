package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class EventLineTest {
    @Test
    void plainValuesStandAsTheyAre_othersInQuotes() {
        assertThat(EventLine.of("checkpoint")
                        .with("file", "hdfs://host:1/a,b@c")
                        .measured("seconds", 0.25)
                        .measured("loss", Double.NaN)
                        .with("name", "größer")
                        .with("empty", "")
                        .with("error", "no \"such\" file\n=\\\u2028\u0007end"))
                .hasToString("event=checkpoint file=hdfs://host:1/a,b@c seconds=0.25 loss=NaN name=größer empty=\"\""
                        + " error=\"no \\\"such\\\" file\\n=\\\\\\u2028\\u0007end\"");
    }

    @Test
    void anyValue_staysOnOneLineAndCanBeReadBack() {
        long seed = System.nanoTime();
        System.out.printf("event lines: seed %d%n", seed);
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder value = new StringBuilder();
            for (int length = random.nextInt(12); length > 0; length--) {
                value.append((char) (random.nextBoolean() ? random.nextInt(128) : random.nextInt(65536)));
            }
            String line = EventLine.of("x").with("v", value).with("w", 1).toString();

            assertThat(line)
                    .doesNotContainPattern("\\R|\\p{Cntrl}")
                    .startsWith("event=x v=")
                    .endsWith(" w=1");
            assertThat(read(line.substring("event=x v=".length(), line.length() - " w=1".length())))
                    .isEqualTo(value.toString());
        }
    }

    @Test
    void longValues_areCut() {
        assertThat(EventLine.of("x").with("v", "a".repeat(1_000_000)).toString())
                .hasSizeLessThan(2100)
                .endsWith("a...");
    }

    private static String read(String written) {
        if (!written.startsWith("\"")) {
            assertThat(written).isNotEmpty().doesNotContainPattern("[\\s\"=\\\\]");
            return written;
        }
        StringBuilder value = new StringBuilder();
        for (int i = 1; i < written.length() - 1; i++) {
            if (written.charAt(i) != '\\') {
                value.append(written.charAt(i));
                continue;
            }
            i++;
            switch (written.charAt(i)) {
                case 'n' -> value.append('\n');
                case 'r' -> value.append('\r');
                case 't' -> value.append('\t');
                case 'u' -> {
                    value.append((char) Integer.parseInt(written.substring(i + 1, i + 5), 16));
                    i += 4;
                }
                default -> value.append(written.charAt(i));
            }
        }
        return value.toString();
    }
}
