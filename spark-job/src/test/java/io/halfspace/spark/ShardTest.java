package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardTest {
    private static final int ROWS = 23;
    private static final int[] SHAPE = {2, 3, 5};
    private static final Normalizer NORMALIZER =
            new Normalizer(Normalization.STANDARDIZE, new float[] {100, 3}, new float[] {7, 30});

    private static Shard images(boolean floating) {
        byte[] bytes = DataFiles.randomBytes(ROWS * 30, 5);
        float[] floats = new float[floating ? bytes.length : 0];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = bytes[i] & 0xff;
        }
        int[] labels = IntStream.range(0, ROWS).toArray();
        long[] ids = IntStream.range(0, ROWS).mapToLong(i -> 1000 + i).toArray();
        return new Shard(1, SHAPE, floating ? new byte[0] : bytes, floats, labels, ids);
    }

    private static float expected(Shard shard, int row, int channel, int y, int x) {
        boolean outside = y < 0 || y >= 3 || x < 0 || x >= 5;
        float raw = outside ? 0 : shard.raw(row, channel * 15 + y * 5 + x);
        return (raw - NORMALIZER.offset()[channel]) / NORMALIZER.scale()[channel];
    }

    @Test
    void rowsComeInOrderAndNormalised() {
        for (boolean floating : new boolean[] {false, true}) {
            Shard shard = images(floating);
            Minibatch batch = shard.rows(4, 6, NORMALIZER);
            assertThat(batch.rows()).isEqualTo(2);
            assertThat(batch.labels()).containsExactly(4, 5);
            for (int i = 0; i < 60; i++) {
                assertThat(batch.features()[i]).isEqualTo(expected(shard, 4 + i / 30, i / 15 % 2, i % 15 / 5, i % 5));
            }
        }
    }

    @Test
    void vectorsAreNormalisedFeatureByFeature() {
        Normalizer normalizer = new Normalizer(Normalization.SCALE, new float[] {1, 2}, new float[] {2, 4});
        Shard floats = new Shard(0, new int[] {2}, new byte[0], new float[] {1, 2, 3, 6}, new int[2], new long[2]);
        Shard bytes = new Shard(0, new int[] {2}, new byte[] {1, 2, 3, 6}, new float[0], new int[2], new long[2]);
        assertThat(floats.rows(0, 2, normalizer).features()).containsExactly(0, 0, 1, 1);
        assertThat(bytes.rows(0, 2, normalizer).features()).containsExactly(0, 0, 1, 1);
    }

    private static List<Integer> epoch(Shard shard, int epoch, int rowsPerStep) {
        List<Integer> labels = new ArrayList<>();
        for (int step = 0; step < 10; step++) {
            Minibatch batch = shard.minibatch(NORMALIZER, Augmentation.NONE, 9, epoch, step, rowsPerStep);
            assertThat(batch.rows()).isEqualTo(Math.max(0, Math.min(rowsPerStep, ROWS - step * rowsPerStep)));
            for (int i = 0; i < batch.rows(); i++) {
                labels.add(batch.labels()[i]);
                int row = batch.labels()[i];
                assertThat(batch.features()[30 * i + 29]).isEqualTo(expected(shard, row, 1, 2, 4));
            }
        }
        return labels;
    }

    @Test
    void anEpochGivesEachRowOnceInAnOrderOfItsOwn() {
        Shard shard = images(false);
        List<Integer> first = epoch(shard, 0, 5);
        assertThat(first)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, ROWS).boxed().toList());
        assertThat(epoch(shard, 1, 5))
                .containsExactlyInAnyOrderElementsOf(first)
                .isNotEqualTo(first);
        assertThat(epoch(shard, 0, 4)).isEqualTo(first);
    }

    @Test
    void augmentedRowsAreShiftedAndMirroredCopies() {
        List<String> changes = new ArrayList<>();
        for (boolean floating : new boolean[] {false, true}) {
            Shard shard = images(floating);
            for (int epoch = 0; epoch < 40; epoch++) {
                Minibatch batch = shard.minibatch(NORMALIZER, new Augmentation(1, true), 9, epoch, 0, ROWS);
                for (int i = 0; i < ROWS; i++) {
                    float[] found = Arrays.copyOfRange(batch.features(), 30 * i, 30 * i + 30);
                    changes.add(change(shard, batch.labels()[i], found));
                }
            }
        }
        assertThat(changes).doesNotContain("none of them");
        assertThat(changes.stream().distinct()).hasSize(18);
        assertThat(changes.subList(0, changes.size() / 2))
                .isEqualTo(changes.subList(changes.size() / 2, changes.size()));
    }

    private static String change(Shard shard, int row, float[] found) {
        for (int down = -1; down <= 1; down++) {
            for (int right = -1; right <= 1; right++) {
                for (boolean flip : new boolean[] {false, true}) {
                    float[] moved = new float[30];
                    for (int i = 0; i < 30; i++) {
                        int x = flip ? 4 - i % 5 : i % 5;
                        moved[i] = expected(shard, row, i / 15, i % 15 / 5 + down, x + right);
                    }
                    if (Arrays.equals(found, moved)) {
                        return down + " " + right + " " + flip;
                    }
                }
            }
        }
        return "none of them";
    }

    @Test
    void padsWiderThanTheImageLeaveOnlyTheImageOrZeros() {
        Shard shard = images(false);
        Minibatch batch = shard.minibatch(NORMALIZER, new Augmentation(20, true), 9, 0, 0, ROWS);
        assertThat(batch.rows()).isEqualTo(ROWS);
    }

    @Test
    void theChangeOfARowDoesNotDependOnItsStep() {
        Shard shard = images(false);
        Augmentation augmentation = new Augmentation(1, true);
        float[] whole = shard.minibatch(NORMALIZER, augmentation, 9, 3, 0, ROWS).features();
        float[] second = shard.minibatch(NORMALIZER, augmentation, 9, 3, 1, 10).features();
        assertThat(second).isEqualTo(Arrays.copyOfRange(whole, 300, 600));
    }

    @ParameterizedTest
    @CsvSource({"10, 10, 4, 5", "11, 10, 4, 6", "1, 1, 4, 1", "12, 12, 8, 3", "2147483647, 1, 2, 2147483647"})
    void stepsLastUntilTheLargestShardIsThrough(int first, int second, int batch, int steps) {
        assertThat(Shard.stepsPerEpoch(new int[] {first, second}, batch)).isEqualTo(steps);
    }

    @ParameterizedTest
    @CsvSource({"1", "3", "0"})
    void aBatchThatCannotBeSharedIsRefused(int batch) {
        assertThatThrownBy(() -> Shard.stepsPerEpoch(new int[] {5, 5}, batch))
                .isInstanceOf(JobException.class)
                .hasMessage("Cannot share a batch among shards: found batch %d and 2 shards, expected a multiple of 2"
                        .formatted(batch));
    }
}
