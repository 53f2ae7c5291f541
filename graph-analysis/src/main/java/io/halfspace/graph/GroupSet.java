package io.halfspace.graph;

import java.util.Objects;

/**
 * Groups of trainable values, numbered 0, 1, ...: each makes a part of a network that may leave, a channel everywhere
 * ({@link GroupPartition}) or a whole chain of operators ({@link ErasableSegments}). With all values of a group zero the
 * network computes what it computes without that part. Immutable.
 */
public interface GroupSet {
    /** The network that the groups belong to. */
    TraceGraph graph();

    /** Number of groups. */
    int count();

    /** Name of a group in the words of the user's own layers. */
    String name(int group);

    /** The trainable values of every group; running statistics are not among them, and no value is in two groups. */
    SliceTable trainable();

    /** Number, from 0, of the class of like groups among which a group is small or large. */
    int peers(int group);

    /** What the squared norm of a group is divided by, so that groups of a class compare whatever their shapes. */
    double measure(int group);

    /** Of equally redundant groups the one with more of this goes first, then the one with the lower number. */
    long precedence(int group);

    /** The whole network, to take groups out of. */
    Removal removal();

    /**
     * What stays of the network without some groups.
     *
     * @param leaving by group, whether it leaves; not modified
     * @throws IllegalArgumentException if no network would be left
     */
    Remainder without(boolean[] leaving);

    /** How to speak of the groups. */
    Wording wording();

    /**
     * Words for messages.
     *
     * @param plural what the groups are
     * @param limit what keeps groups from leaving, a main clause
     * @param none what to do where there are no groups, an imperative
     */
    record Wording(String plural, String limit, String none) {
        public Wording {
            Objects.requireNonNull(plural, "plural");
            Objects.requireNonNull(limit, "limit");
            Objects.requireNonNull(none, "none");
        }
    }
}
