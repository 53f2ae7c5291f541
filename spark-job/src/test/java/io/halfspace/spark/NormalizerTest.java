package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NormalizerTest {
    @Test
    void jsonGivesBackTheSameBits() {
        Random random = new Random(1);
        float[] offset = new float[500];
        float[] scale = new float[500];
        for (int i = 0; i < offset.length; i++) {
            offset[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(60) - 30));
            scale[i] = Math.abs(Float.intBitsToFloat(random.nextInt() & 0x7effffff)) + Float.MIN_VALUE;
        }
        Normalizer normalizer = new Normalizer(Normalization.STANDARDIZE, offset, scale);
        assertThat(Normalizer.fromJson(normalizer.toJson())).isEqualTo(normalizer);
    }

    @Test
    void jsonIsSimple() {
        assertThat(new Normalizer(Normalization.SCALE, new float[] {0}, new float[] {255}).toJson())
                .isEqualTo("{\"version\":1,\"kind\":\"scale\",\"offset\":[0.0],\"scale\":[255.0]}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{\"version\":2,\"kind\":\"scale\",\"offset\":[0],\"scale\":[1]}",
                "{\"version\":1,\"kind\":\"other\",\"offset\":[0],\"scale\":[1]}",
                "{\"version\":1,\"kind\":\"scale\",\"offset\":[0,1],\"scale\":[1]}",
                "{\"version\":1,\"kind\":\"scale\",\"offset\":[0],\"scale\":[0]}",
                "{\"version\":1,\"kind\":\"scale\",\"offset\":[0],\"scale\":[\"x\"]}",
                "{\"version\":1,\"kind\":\"scale\",\"offset\":[],\"scale\":[]}"
            })
    void foreignJsonIsRefused(String json) {
        assertThatThrownBy(() -> Normalizer.fromJson(json))
                .isInstanceOf(JobException.class)
                .hasMessageStartingWith("Cannot read a normalizer: ");
    }

    @Test
    void rowsAreNormalisedChannelByChannel() {
        Normalizer normalizer = new Normalizer(Normalization.STANDARDIZE, new float[] {1, 10}, new float[] {2, 4});
        assertThat(normalizer.apply(new float[] {1, 3, 10, 14})).containsExactly(0, 1, 0, 1);
    }

    @Test
    void momentsKeepSmallSpreadsOnLargeValues() {
        float[] floats = {16_000_000, 16_000_001, 16_000_002, 16_000_003};
        Shard shard = new Shard(0, new int[] {1}, new byte[0], floats, new int[4], new long[4]);
        double[] moments = NormalizerFit.moments(shard, 1);
        assertThat(moments).containsExactly(new double[] {4, 16_000_001.5, 5}, within(1e-9));
    }
}
