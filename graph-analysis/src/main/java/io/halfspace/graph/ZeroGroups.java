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

    /**
     * By group, whether it is zero and leaves with others that are: all that can, and those that cannot leave beside them
     * stay as the zeros that they are. They differ only where a network came with zeros of its own or training made more
     * than were asked for.
     *
     * @param parameters the flat parameter vector; not modified
     */
    public static boolean[] removable(GroupSet groups, float[] parameters) {
        boolean[] zero = in(groups, parameters);
        boolean[] leaving = new boolean[zero.length];
        Removal removal = groups.removal();
        boolean again = true;
        while (again) {
            again = false;
            for (int g = 0; g < zero.length; g++) {
                if (zero[g] && !leaving[g] && removal.canRemove(g)) {
                    removal.remove(g);
                    leaving[g] = true;
                    again |= removal.refusalsMayHaveEnded();
                }
            }
        }
        return leaving;
    }
}
