package io.halfspace.flow;

import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The faults of {@link Faults} on a cluster of processes with HDFS. {@code deploy/fault-suite.sh} runs them all; {@code
 * -Dfaults=REGEX} chooses by name.
 */
final class FaultSuiteTest {
    @Test
    void anExecutorThatHaltsInAGradient_showsInNoBit() throws Exception {
        happens(Faults.SHORT);
    }

    @ParameterizedTest
    @Tag("faults")
    @MethodSource("chosen")
    void aFault_showsInNoBit(Fault fault) throws Exception {
        happens(fault);
    }

    private static void happens(Fault fault) throws Exception {
        try (FaultRun run = new FaultRun(fault.name(), fault.mode(), SmallJob.EPOCHS)) {
            FaultTable.tried(
                    fault.name(), fault.does(), 1, () -> fault.happening().to(run), run::hasTheRightBits);
        }
    }

    static Stream<Fault> chosen() {
        return Faults.all().stream().filter(fault -> fault.name().matches(System.getProperty("faults", ".*")));
    }
}
