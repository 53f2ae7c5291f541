package io.halfspace.solver;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RecursiveAction;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * A step cut into parts that touch different positions and may run at the same time, on the common pool. Which part runs
 * where never shows in a result: every value and every sum belongs to one part alone. Allocates nothing when run.
 *
 * <p>Not thread-safe itself: one step at a time.
 */
final class Parts {
    /** Fewer values are stepped sooner than they are handed over to other threads. */
    static final int WORTHWHILE = 1 << 20;

    /** More parts than threads, because parts are not equally long. */
    private static final int PER_THREAD = 8;

    private final int count;
    private final Helper[] helpers;
    private final AtomicInteger next = new AtomicInteger();
    private IntConsumer work;

    /** @param count number of parts; 1 means the caller's thread and no pool */
    Parts(int count) {
        this.count = count;
        helpers = new Helper[Math.min(count - 1, ForkJoinPool.getCommonPoolParallelism())];
        for (int i = 0; i < helpers.length; i++) {
            helpers[i] = new Helper();
        }
    }

    static Parts forLength(int values) {
        int threads = 1 + ForkJoinPool.getCommonPoolParallelism();
        return new Parts(values < WORTHWHILE || threads == 1 ? 1 : PER_THREAD * threads);
    }

    int count() {
        return count;
    }

    /** Runs all parts, in any order, and returns when they are done. */
    void run(IntConsumer part) {
        if (helpers.length == 0) {
            for (int p = 0; p < count; p++) {
                part.accept(p);
            }
            return;
        }
        work = part;
        next.set(0);
        for (Helper helper : helpers) {
            helper.reinitialize();
            helper.fork();
        }
        try {
            takeParts();
        } finally {
            for (Helper helper : helpers) {
                helper.quietlyJoin();
            }
            work = null;
        }
        for (Helper helper : helpers) {
            helper.join();
        }
    }

    /** Where a part begins among {@code total} things; part {@code count} is the end. */
    int begin(int part, int total) {
        return (int) ((long) total * part / count);
    }

    private void takeParts() {
        for (int p = next.getAndIncrement(); p < count; p = next.getAndIncrement()) {
            work.accept(p);
        }
    }

    private final class Helper extends RecursiveAction {
        private static final long serialVersionUID = 1;

        @Override
        protected void compute() {
            takeParts();
        }
    }
}
