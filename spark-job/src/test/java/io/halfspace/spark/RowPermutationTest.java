package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowPermutationTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 16, 17, 1000, 65537})
    void everyPositionIsTakenOnce(long size) {
        RowPermutation permutation = new RowPermutation(7, size);
        assertThat(LongStream.range(0, size).map(permutation::at).sorted().toArray())
                .isEqualTo(LongStream.range(0, size).toArray());
    }

    @ParameterizedTest
    @ValueSource(longs = {1000, 65537})
    void theOrderIsFarFromTheOldOneAndFromThatOfAnotherSeed(long size) {
        RowPermutation permutation = new RowPermutation(7, size);
        RowPermutation other = new RowPermutation(8, size);
        assertThat(LongStream.range(0, size)
                        .filter(i -> permutation.at(i) == i || permutation.at(i) == other.at(i))
                        .count())
                .isLessThan(12);
        // Neighbours stay neighbours by chance only: two expected, however long the permutation is.
        assertThat(LongStream.range(1, size)
                        .filter(i -> Math.abs(permutation.at(i) - permutation.at(i - 1)) == 1)
                        .count())
                .isLessThan(12);
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE / 2, 1L << 40, (1L << 61) + 1})
    void hugeSizesStayInside(long size) {
        RowPermutation permutation = new RowPermutation(7, size);
        assertThat(LongStream.range(0, 1000).map(permutation::at)).allMatch(i -> i >= 0 && i < size);
    }
}
