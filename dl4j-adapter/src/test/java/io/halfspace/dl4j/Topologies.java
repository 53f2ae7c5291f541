package io.halfspace.dl4j;

import java.util.ArrayList;
import java.util.List;

/** Small networks of every shape that the rules must get right. */
final class Topologies {
    private Topologies() {}

    static List<Topology> all() {
        List<Topology> all = new ArrayList<>();
        all.addAll(ChainTopologies.all());
        all.addAll(JointTopologies.all());
        all.addAll(ImageTopologies.all());
        all.addAll(VolumeTopologies.all());
        all.addAll(SeriesTopologies.all());
        all.addAll(AttentionTopologies.all());
        all.addAll(ReshapeTopologies.all());
        all.addAll(ProtectedTopologies.all());
        return all;
    }

    static Topology named(String name) {
        return all().stream().filter(t -> t.name().equals(name)).findFirst().orElseThrow();
    }
}
