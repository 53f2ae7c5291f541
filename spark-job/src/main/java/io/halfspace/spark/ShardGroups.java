package io.halfspace.spark;

import java.io.Serializable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.Partition;
import org.apache.spark.rdd.PartitionCoalescer;
import org.apache.spark.rdd.PartitionGroup;
import org.apache.spark.rdd.RDD;
import scala.Option;
import scala.collection.JavaConverters;

/**
 * Which standing task takes which shards, where a cluster has fewer slots than there are shards: those that its executor
 * has in memory, as far as that leaves no task with more than its share.
 *
 * @param groups in the order of the tasks
 */
record ShardGroups(List<Group> groups) implements Serializable {
    /**
     * Shards of one task.
     *
     * @param place executor that has them, as Spark writes it; empty if it does not matter which
     * @param shards their numbers
     */
    record Group(String place, List<Integer> shards) implements Serializable {}

    /**
     * Groups shards for a cluster.
     *
     * @param places by shard: the executor that has it in memory, as Spark writes it
     * @param slots how many tasks the cluster runs at once
     * @param slotsOfExecutor how many of these an executor runs
     */
    static ShardGroups of(List<String> places, int slots, int slotsOfExecutor) {
        int count = Math.min(slots, places.size());
        int share = (places.size() + count - 1) / count;
        List<Group> groups = new ArrayList<>();
        List<Integer> homeless = new ArrayList<>();
        for (int shard = 0; shard < places.size(); shard++) {
            String place = places.get(shard);
            List<Group> there =
                    groups.stream().filter(group -> group.place.equals(place)).toList();
            if (there.size() < slotsOfExecutor && groups.size() < count) {
                groups.add(new Group(place, new ArrayList<>(List.of(shard))));
            } else {
                smallest(there)
                        .map(Group::shards)
                        .filter(shards -> shards.size() < share)
                        .orElse(homeless)
                        .add(shard);
            }
        }
        for (int spare = Math.min(count - groups.size(), homeless.size()); spare > 0; spare--) {
            groups.add(new Group("", new ArrayList<>()));
        }
        homeless.forEach(shard -> smallest(groups).orElseThrow().shards.add(shard));
        return new ShardGroups(groups);
    }

    private static Optional<Group> smallest(List<Group> groups) {
        return groups.stream().min(Comparator.comparingInt(group -> group.shards.size()));
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
                (proxy, method, arguments) -> grouped(((RDD<?>) arguments[1]).partitions());
        return (PartitionCoalescer)
                Proxy.newProxyInstance(loader, new Class<?>[] {PartitionCoalescer.class, mark}, grouping);
    }

    private PartitionGroup[] grouped(Partition[] partitions) {
        return groups.stream()
                .map(group -> {
                    PartitionGroup made =
                            new PartitionGroup(group.place.isEmpty() ? Option.empty() : Option.apply(group.place));
                    // A buffer's own methods are others in Scala 2.13.
                    List<Partition> members = JavaConverters.bufferAsJavaList(made.partitions());
                    group.shards.forEach(shard -> members.add(partitions[shard]));
                    return made;
                })
                .toArray(PartitionGroup[]::new);
    }
}
