package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class SummaryTest {
    private static final String RESULT = """
            {"target": {"measure": "parameters", "amount": 0.5},
             "segments": {"total": 6, "erased": 3, "names": ["a", "b", "c"], "passedOver": %s},
             "equality": {"maxRelativeDifference": 3.04e-7},
             "dense": {"parameters": 50000, "flops": 13602976, "bytes": 1000, "accuracy": 0.6909, "accuracyOf": "test",
               "latencyMillis": {"one": 10.0, "batch": 60.0}},
             "compact": {"parameters": 20000, "flops": 7889056, "bytes": 500, "accuracy": 0.6685, "accuracyOf": "test",
               "latencyMillis": {"one": 5.0, "batch": 30.0}}}
            """;

    @Test
    void aRunInOneLook() {
        assertThat(lines("[]"))
                .containsExactly(
                        "segments  3 of 6 erased (target: parameters 0.5)",
                        "equality  largest difference 3.0e-07 of the largest output, passed",
                        "                              dense        compact     kept",
                        "parameters                   50,000         20,000    40.0%",
                        "flops                    13,602,976      7,889,056    58.0%",
                        "bytes                         1,000            500    50.0%",
                        "latency of one             10.00 ms        5.00 ms    50.0%",
                        "latency of a batch         60.00 ms       30.00 ms    50.0%",
                        "accuracy                     69.09%         66.85%   (dense: test; compact: test)");
    }

    @Test
    void segmentsThatStayAlthoughMoreRedundant_areCounted() {
        assertThat(lines("[\"d\"]").get(0))
                .isEqualTo(
                        "segments  3 of 6 erased (target: parameters 0.5), 1 more redundant one passed over, without which"
                                + " the network would be invalid or far smaller than asked");
        assertThat(lines("[\"d\", \"e\"]").get(0)).contains(", 2 more redundant ones passed over, without which");
    }

    private static List<String> lines(String passedOver) {
        return Summary.of(RunReport.read(RESULT.formatted(passedOver))).lines().toList();
    }
}
