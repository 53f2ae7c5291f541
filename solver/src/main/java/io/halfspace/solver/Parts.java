package io.halfspace.solver;

import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * A step cut into parts that touch different positions and may run at the same time, on the common pool. Which part runs
 * where never shows in a result: every value and every sum belongs to one part alone.
 *
 * @param count number of parts; 1 means the caller's thread and no pool
 */
record Parts(int count) {
    /** Below this the hand-over to other threads costs more than it saves. */
    private static final int WORTHWHILE = 1 << 20;

    /** More parts than threads, because parts are not equally long. */
    private static final int PER_THREAD = 8;

    static Parts forLength(int values) {
        int threads = Runtime.getRuntime().availableProcessors();
        return new Parts(values < WORTHWHILE || threads == 1 ? 1 : PER_THREAD * threads);
    }

    void run(IntConsumer part) {
        if (count == 1) {
            part.accept(0);
        } else {
            IntStream.range(0, count).parallel().forEach(part);
        }
    }

    /** Where a part begins among {@code total} things; part {@code count} is the end. */
    int begin(int part, int total) {
        return (int) ((long) total * part / count);
    }
}
