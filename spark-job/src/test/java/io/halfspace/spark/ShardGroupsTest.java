package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ShardGroupsTest {
    @ParameterizedTest
    @MethodSource("seeds")
    void everyShardStaysWhereItIs_sharedOutEvenlyAmongTheSlotsThere(long seed) {
        Random random = new Random(seed);
        int shards = 1 + random.nextInt(40);
        int executors = 1 + random.nextInt(6);
        Map<String, Integer> slots = IntStream.range(0, executors)
                .boxed()
                .collect(Collectors.toMap(ShardGroupsTest::place, executor -> 1 + random.nextInt(4)));
        List<String> places = IntStream.range(0, shards)
                .mapToObj(shard -> place(random.nextInt(executors)))
                .toList();

        List<ShardGroups.Group> groups = ShardGroups.of(places, slots).groups();

        assertThat(groups.stream().flatMap(group -> group.shards().stream()))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, shards).boxed().toList());
        assertThat(groups)
                .allMatch(group -> group.shards().stream()
                        .allMatch(shard -> places.get(shard).equals(group.place())));
        for (int executor = 0; executor < executors; executor++) {
            String place = place(executor);
            int slotsThere = slots.get(place);
            int there = Collections.frequency(places, place);
            List<Integer> sizes = groups.stream()
                    .filter(group -> group.place().equals(place))
                    .map(group -> group.shards().size())
                    .toList();
            assertThat(sizes)
                    .hasSize(Math.min(slotsThere, there))
                    .allMatch(size -> size <= (there + slotsThere - 1) / slotsThere);
        }
    }

    static LongStream seeds() {
        return LongStream.range(0, 200);
    }

    private static String place(int executor) {
        return "executor_host_" + executor;
    }
}
