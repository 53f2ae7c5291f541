package io.halfspace.solver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.halfspace.graph.GroupPartition;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class SaliencyTest {
    private final GroupPartition groups = GroupPartition.of(ToyNets.chain(false, 1, 3, 1));
    private final Saliency saliency = new Saliency(groups);
    private GroupSums sums;

    @Test
    void score_isHalfCosineHalfSmallness_normalisedOverGroups() {
        // Groups (w, b): x = (3, 4), (0.3, 0.4), (3, 4); u = x, 0, -x.
        observe(new float[] {3, 0.3f, 3, 4, 0.4f, 4}, new float[] {3, 0, -3, 4, 0, -4});
        double mean = (5 + 0.5 + 5) / 3;
        double big = 1 / (5 / mean + 1e-6);
        double small = 1 / (0.5 / mean + 1e-6);
        double norm = Math.sqrt(2 * big * big + small * small);
        assertThat(saliency.values())
                .usingComparatorWithPrecision(1e-6)
                .containsExactly(
                        0.5 / Math.sqrt(2) + 0.5 * big / norm,
                        0.5 * small / norm,
                        -0.5 / Math.sqrt(2) + 0.5 * big / norm);
        assertThat(saliency.ranking()).containsExactly(1, 0, 2);
    }

    @Test
    void smallness_isMeasuredAmongTheGroupsOfALayer() {
        GroupPartition two = GroupPartition.of(ToyNets.chain(false, 1, 2, 2, 1));
        Saliency scores = new Saliency(two);
        // The second layer's values are a hundredth of the first one's; in each layer one group is half of the other.
        float[] x = {2, 1, 2, 1, 0.02f, 0.02f, 0.01f, 0.01f, 0.02f, 0.01f, 1, 1, 1};
        scores.observe(Vectors.sums(two, x, new float[x.length]));
        assertThat(scores.values()[1]).isCloseTo(scores.values()[3], within(1e-6));
        assertThat(scores.values()[0]).isCloseTo(scores.values()[2], within(1e-6));
        assertThat(scores.values()[1]).isGreaterThan(scores.values()[0]);
    }

    @Test
    void laterScores_countATenth() {
        observe(new float[] {1, 2, 3, 0, 0, 0}, new float[] {1, 1, 1, 0, 0, 0});
        double first = saliency.values()[0];
        Saliency alone = new Saliency(groups);
        observe(new float[] {5, 2, 3, 0, 0, 0}, new float[] {-1, 1, 1, 0, 0, 0});
        alone.observe(sums);
        assertThat(saliency.values()[0]).isCloseTo(0.9 * first + 0.1 * alone.values()[0], within(1e-12));
    }

    @Test
    void equalGroups_standInTheOrderOfTheirNumbers() {
        observe(new float[] {1, 1, 1, 0, 0, 0}, new float[] {1, 1, 1, 0, 0, 0});
        assertThat(saliency.ranking()).containsExactly(0, 1, 2);
    }

    @Test
    void notANumber_isNeverRanked() {
        observe(new float[] {1, Float.NaN, 1, 0, 0, 0}, new float[6]);
        assertThatThrownBy(saliency::ranking)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("training has diverged");
    }

    private void observe(float[] hidden, float[] update) {
        float[] x = Arrays.copyOf(hidden, 10);
        float[] u = Arrays.copyOf(update, 10);
        sums = Vectors.sums(groups, x, u);
        saliency.observe(sums);
    }
}
