package io.halfspace.graph;

/** Which groups are zero, read off the parameters themselves and not off anybody's book-keeping. */
public final class ZeroGroups {
    private ZeroGroups() {}

    /**
     * By group, whether every one of its trainable values is exactly zero.
     *
     * @param parameters the flat parameter vector; not modified
     */
    public static boolean[] in(GroupSet groups, float[] parameters) {
        boolean[] zero = new boolean[groups.count()];
        for (int g = 0; g < zero.length; g++) {
            zero[g] = groups.trainable().isZero(g, parameters);
        }
        return zero;
    }
}
