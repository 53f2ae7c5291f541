package io.halfspace.solver;

/**
 * The three inner products of each group that decide everything: parameters with themselves, update with itself, and one
 * with the other, in an order of additions that is fixed by the layout alone.
 *
 * <p>Taken in parts, so that each can be done where its values are in the cache: {@link #sumSingles} begins; {@link #addRun}
 * adds the runs of a group in their order, or {@link #sumRun} sums each on its own, and {@link #gather} adds them. Different
 * groups, and with {@code sumRun} different runs, may be summed by different threads at the same time.
 *
 * <p>Accuracy: runs are summed in float, in {@link Lanes#LANES} chains of fused multiply-adds, and added in double. The
 * relative error of xx and uu, and that of xu in units of |x||u|, is below {@code 2^-24 (LONGEST / LANES + 5)}, 1.6e-5, and
 * below 1e-6 where values are random; values below 1e-19 count as zero. Double sums would take twice the time. The
 * multiply-add is exact by definition, but very slow on processors without such an instruction, which the natives that
 * Halfspace ships do not run on either (they are built for AVX2).
 */
final class GroupSums {
    private final GroupLayout layout;
    private final Products ofGroup;
    private final Products ofRun;

    GroupSums(GroupLayout layout) {
        this.layout = layout;
        ofGroup = new Products(layout.groups());
        ofRun = new Products(layout.runs());
    }

    double xx(int group) {
        return ofGroup.xx()[group];
    }

    double uu(int group) {
        return ofGroup.uu()[group];
    }

    double xu(int group) {
        return ofGroup.xu()[group];
    }

    /** Begins the sums of a group anew with its single values. */
    void sumSingles(int group, float[] x, float[] u) {
        double xx = 0;
        double uu = 0;
        double xu = 0;
        for (int i = layout.startOfSingle(group); i < layout.startOfSingle(group + 1); i++) {
            double x0 = x[layout.single(i)];
            double u0 = u[layout.single(i)];
            xx += x0 * x0;
            uu += u0 * u0;
            xu += x0 * u0;
        }
        ofGroup.set(group, xx, uu, xu);
    }

    /**
     * Adds one run to its group.
     *
     * @param step whether to subtract {@code u} from {@code x} there afterwards
     * @param lanes of the calling thread
     */
    void addRun(int run, float[] x, float[] u, boolean step, Lanes lanes) {
        lanes.add(x, u, layout.from(run), layout.to(run), step, ofGroup, layout.group(run));
    }

    /** Sums one run on its own, else as {@link #addRun}. */
    void sumRun(int run, float[] x, float[] u, boolean step, Lanes lanes) {
        ofRun.set(run, 0, 0, 0);
        lanes.add(x, u, layout.from(run), layout.to(run), step, ofRun, run);
    }

    /** Adds the runs of a group, summed on their own. */
    void gather(int group) {
        for (int i = layout.startOf(group); i < layout.startOf(group + 1); i++) {
            int run = layout.runOf(i);
            ofGroup.add(group, ofRun.xx()[run], ofRun.uu()[run], ofRun.xu()[run]);
        }
    }
}
