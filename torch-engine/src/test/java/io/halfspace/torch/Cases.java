package io.halfspace.torch;

import io.halfspace.dl4j.Batch;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.junit.jupiter.api.DynamicTest;

/** Chains of layers that both engines must compute alike, each for its own seed, which its name tells. */
final class Cases {
    private final Map<String, Runnable> all = new LinkedHashMap<>();

    /** A chain without masks. */
    Cases add(String name, InputType input, Layer... layers) {
        int seed = all.size() + 1;
        return put(name, seed, () -> {
            Chain chain = Chain.of(input, layers);
            EngineEquality.assertEqual(chain.network(), chain.batch(2 + seed % 3, seed), seed);
        });
    }

    /** A chain on series that end early. */
    Cases masked(String name, InputType input, Layer... layers) {
        int seed = all.size() + 1;
        return put(name + ", masked", seed, () -> {
            Chain chain = Chain.of(input, layers);
            Batch batch = chain.maskedBatch(3, seed);
            EngineEquality.assertEqual(chain.network(), batch, seed);
        });
    }

    /** The same where Deeplearning4j rounds to single precision on its way. */
    Cases maskedAndRounded(String name, InputType input, Layer... layers) {
        int seed = all.size() + 1;
        return put(name + ", masked", seed, () -> {
            Chain chain = Chain.of(input, layers);
            EngineEquality.assertEqualButRounded(chain.network(), chain.maskedBatch(3, seed), seed);
        });
    }

    /** A chain without masks where Deeplearning4j rounds to single precision on its way. */
    Cases addRounded(String name, InputType input, Layer... layers) {
        int seed = all.size() + 1;
        return put(name, seed, () -> {
            Chain chain = Chain.of(input, layers);
            EngineEquality.assertEqualButRounded(chain.network(), chain.batch(3, seed), seed);
        });
    }

    Cases put(String name, int seed, Runnable check) {
        all.put("%s (seed %d)".formatted(name, seed), check);
        return this;
    }

    Stream<DynamicTest> tests() {
        return all.entrySet().stream().map(each -> DynamicTest.dynamicTest(each.getKey(), each.getValue()::run));
    }
}
