package io.halfspace.spark;

import java.io.Serializable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.spark.Partition;
import org.apache.spark.rdd.PartitionCoalescer;
import org.apache.spark.rdd.PartitionGroup;
import org.apache.spark.rdd.RDD;
import scala.Option;
import scala.collection.JavaConverters;

/**
 * Which standing task takes which shards: those that its executor has in memory, shared out evenly among the executor's slots.
 *
 * @param groups in the order of the tasks
 */
record ShardGroups(List<Group> groups) implements Serializable {
    /**
     * Shards of one task; at least one.
     *
     * @param place executor that has them, as Spark writes it
     * @param shards their numbers
     */
    record Group(String place, List<Integer> shards) implements Serializable {}

    /**
     * Groups shards for a cluster.
     *
     * @param places by shard: the executor that has it in memory, as Spark writes it
     * @param slots by executor: how many tasks it runs at once, at least one
     */
    static ShardGroups of(List<String> places, Map<String, Integer> slots) {
        List<Group> groups = new ArrayList<>();
        for (int shard = 0; shard < places.size(); shard++) {
            String place = places.get(shard);
            List<Group> there =
                    groups.stream().filter(group -> group.place.equals(place)).toList();
            if (there.size() < slots.get(place)) {
                groups.add(new Group(place, new ArrayList<>(List.of(shard))));
            } else {
                there.stream()
                        .min(Comparator.comparingInt(group -> group.shards.size()))
                        .orElseThrow()
                        .shards
                        .add(shard);
            }
        }
        return new ShardGroups(groups);
    }

    /** Shards of the task that has most. */
    int largest() {
        return groups.stream().mapToInt(group -> group.shards.size()).max().orElse(0);
    }

    /** The shards of a data set, a partition a group. */
    RDD<Shard> of(RDD<Shard> shards) {
        return shards.coalesce(groups.size(), false, Option.apply(coalescer()), null);
    }

    /** For Spark, which under Scala 2.12 asks for a mark of Scala's own that 2.13 does not have. */
    private PartitionCoalescer coalescer() {
        ClassLoader loader = PartitionCoalescer.class.getClassLoader();
        Class<?> mark;
        try {
            mark = Class.forName("scala.Serializable", false, loader);
        } catch (ClassNotFoundException e) {
            mark = Serializable.class;
        }
        InvocationHandler grouping = (InvocationHandler & Serializable)
                (proxy, method, arguments) -> method.getDeclaringClass() == Object.class
                        ? method.invoke(this, arguments)
                        : grouped(((RDD<?>) arguments[1]).partitions());
        return (PartitionCoalescer)
                Proxy.newProxyInstance(loader, new Class<?>[] {PartitionCoalescer.class, mark}, grouping);
    }

    private PartitionGroup[] grouped(Partition[] partitions) {
        return groups.stream()
                .map(group -> {
                    PartitionGroup made = new PartitionGroup(Option.apply(group.place));
                    // A buffer's own methods are others in Scala 2.13.
                    List<Partition> members = JavaConverters.bufferAsJavaList(made.partitions());
                    group.shards.forEach(shard -> members.add(partitions[shard]));
                    return made;
                })
                .toArray(PartitionGroup[]::new);
    }
}
