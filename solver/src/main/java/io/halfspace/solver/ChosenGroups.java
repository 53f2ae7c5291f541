package io.halfspace.solver;

import java.util.stream.IntStream;

/**
 * The groups that are to become zero, and how far they are: {@code live} lists those that are not zero yet, in ascending
 * order. A zero group never leaves that state.
 */
final class ChosenGroups {
    private final boolean[] targeted;
    private final boolean[] zero;
    private final int[] live;
    private final int size;
    private int liveCount;

    /** Takes over both arrays. */
    ChosenGroups(boolean[] targeted, boolean[] zero) {
        this.targeted = targeted;
        this.zero = zero;
        live = IntStream.range(0, zero.length)
                .filter(g -> targeted[g] && !zero[g])
                .toArray();
        size = (int) IntStream.range(0, zero.length).filter(g -> targeted[g]).count();
        liveCount = live.length;
    }

    boolean[] targeted() {
        return targeted;
    }

    boolean[] zero() {
        return zero;
    }

    boolean isZero(int group) {
        return zero[group];
    }

    int size() {
        return size;
    }

    int zeroCount() {
        return size - liveCount;
    }

    int liveCount() {
        return liveCount;
    }

    int live(int index) {
        return live[index];
    }

    /** Says that a group has become zero; it stays listed as live until {@link #dropZeros()}. */
    void becameZero(int group) {
        zero[group] = true;
    }

    /** Takes zero groups off the list; how many there were. */
    int dropZeros() {
        int kept = 0;
        for (int i = 0; i < liveCount; i++) {
            if (!zero[live[i]]) {
                live[kept++] = live[i];
            }
        }
        int dropped = liveCount - kept;
        liveCount = kept;
        return dropped;
    }
}
