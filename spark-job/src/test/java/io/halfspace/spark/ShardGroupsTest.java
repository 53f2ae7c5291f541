package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ShardGroupsTest {
    @ParameterizedTest
    @MethodSource("seeds")
    void anyCluster_getsEveryShardOnce_andNoTaskMoreThanItsShare(long seed) {
        Random random = new Random(seed);
        int shards = 1 + random.nextInt(40);
        int executors = 1 + random.nextInt(6);
        int slotsOfExecutor = 1 + random.nextInt(4);
        List<String> places = IntStream.range(0, shards)
                .mapToObj(shard -> "executor_host_" + random.nextInt(executors + 2))
                .toList();
        int slots = Math.max(1, executors * slotsOfExecutor - random.nextInt(2));

        List<ShardGroups.Group> groups =
                ShardGroups.of(places, slots, slotsOfExecutor).groups();

        int count = Math.min(slots, shards);
        assertThat(groups)
                .hasSizeLessThanOrEqualTo(count)
                .allMatch(group -> !group.shards().isEmpty());
        assertThat(groups.stream().flatMap(group -> group.shards().stream()))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, shards).boxed().toList());
        assertThat(groups).allMatch(group -> group.shards().size() <= (shards + count - 1) / count);
        for (int executor = 0; executor < executors + 2; executor++) {
            String place = "executor_host_" + executor;
            assertThat(groups.stream().filter(group -> group.place().equals(place)))
                    .hasSizeLessThanOrEqualTo(slotsOfExecutor);
        }
    }

    static LongStream seeds() {
        return LongStream.range(0, 200);
    }

    @Test
    void shardsThatLieEvenly_stayWhereTheyAre() {
        List<String> places = List.of("executor_a_0", "executor_b_1", "executor_a_0", "executor_b_1");

        assertThat(ShardGroups.of(places, 2, 1).groups())
                .containsExactly(
                        new ShardGroups.Group("executor_a_0", List.of(0, 2)),
                        new ShardGroups.Group("executor_b_1", List.of(1, 3)));
    }

    @Test
    void anExecutorWithoutShards_takesTheSurplusOfAnother() {
        List<String> places = Collections.nCopies(4, "executor_a_0");

        assertThat(ShardGroups.of(places, 2, 1).groups())
                .containsExactly(
                        new ShardGroups.Group("executor_a_0", List.of(0, 1)), new ShardGroups.Group("", List.of(2, 3)));
    }
}
